import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** An object as it is sent to the API server. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: unknown;
}

export interface Api {
  /** Rejects unless the answer is 2xx. */
  get(path: string): Promise<unknown>;
  /** Server-side apply; with `isDryRun` everything is checked and nothing kept. Rejects with what the server refuses. */
  apply(object: ApiObject, options?: { isDryRun: boolean }): Promise<void>;
}

export interface ApiOptions {
  port: number;
  ca: Buffer;
  token: string;
}

interface Resource {
  kind: string;
  name: string;
  namespaced: boolean;
}

const namespace = 'inorder';

/** Opens the API of a server on this machine. */
export const openApi = ({ port, ca, token }: ApiOptions): Api => {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await new Promise<{ status: number; content: string }>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/apply-patch+yaml' }),
      };
      const sent = request({ host: '127.0.0.1', port, method, path, ca, headers }, (response) => {
        text(response).then(
          (content) => resolve({ status: response.statusCode ?? 0, content }),
          reject,
        );
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
    if (answer.status >= 200 && answer.status < 300)
      return answer.content.startsWith('{') ? JSON.parse(answer.content) : answer.content;
    throw new Error(messageOf(answer.content));
  };

  const resources = new Map<string, Resource[]>();
  const resourceOf = async ({ apiVersion, kind }: ApiObject, base: string): Promise<Resource> => {
    let known = resources.get(apiVersion);
    if (known === undefined) {
      const list = (await call('GET', base)) as { resources: Resource[] };
      resources.set(apiVersion, (known = list.resources));
    }
    const found = known.find((each) => each.kind === kind && !each.name.includes('/'));
    if (found === undefined) throw new Error(`the server knows no ${kind} of ${apiVersion}`);
    return found;
  };

  return {
    get: (path) => call('GET', path),
    apply: async (object, { isDryRun } = { isDryRun: false }) => {
      const base = `/${object.apiVersion.includes('/') ? 'apis' : 'api'}/${object.apiVersion}`;
      const { name, namespaced } = await resourceOf(object, base);
      const place = namespaced ? `${base}/namespaces/${namespace}` : base;
      const query = `fieldManager=k8s-check&fieldValidation=Strict&force=true${isDryRun ? '&dryRun=All' : ''}`;
      await call('PATCH', `${place}/${name}/${object.metadata.name}?${query}`, object);
    },
  };
};

const messageOf = (content: string): string => {
  try {
    return (JSON.parse(content) as { message: string }).message;
  } catch {
    return content.slice(0, 500);
  }
};
