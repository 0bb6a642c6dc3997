import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { AnswerCheck } from './answer-check.ts';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  examples?: Record<string, { value: JsonValue }>;
}

interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: {
    content: Record<string, { examples?: Record<string, { value: JsonValue }> }>;
  };
  responses: Record<string, { links?: Record<string, Link> }>;
}

interface Link {
  operationId: string;
  parameters: Record<string, string>;
}

interface Sent {
  operationId: string;
  example: string;
  status: number;
  /** The body's text, when the answer is not a success. */
  said?: string;
}

/**
 * Sends every example of the document of the service at `url`, in the document's order. When an example leaves out a
 * required parameter, it is taken from a fresh answer of the operation that links to this one.
 */
export const sendExamples = async (url: string, check: AnswerCheck): Promise<Sent[]> => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as JsonObject;
  const paths = document['paths'] as unknown as Record<string, Record<string, Operation>>;
  const calls = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]) => ({ path, verb, operation })),
  );
  const send = sender(url, check);
  const sent: Sent[] = [];
  for (const call of calls) {
    const { operation } = call;
    for (const example of namesOf(operation)) {
      const linked = await valuesByLinks(calls, operation, send);
      const { status, body } = await send(call, example, linked);
      const said = status < 300 ? {} : { said: JSON.stringify(body) };
      sent.push({ operationId: operation.operationId, example, status, ...said });
    }
  }
  return sent;
};

interface DocumentedCall {
  path: string;
  verb: string;
  operation: Operation;
}

const bodyExamples = ({ requestBody }: Operation) =>
  requestBody?.content['application/json']?.examples ?? {};

/**
 * The names of an operation's examples; `-` stands for a call that needs no example, or takes its parameters from a
 * link.
 */
const namesOf = (operation: Operation): string[] => {
  const given = operation.parameters.flatMap(({ examples = {} }) => Object.keys(examples));
  const names = [...new Set([...given, ...Object.keys(bodyExamples(operation))])];
  return names.length > 0 || operation.requestBody !== undefined ? names : ['-'];
};

type Values = Readonly<Record<string, JsonValue>>;
type Send = (
  call: DocumentedCall,
  example: string,
  linked: Values,
) => Promise<{ status: number; body: JsonValue }>;

const sender =
  (url: string, check: AnswerCheck): Send =>
  async ({ path, verb, operation }, example, linked) => {
    const query = new URLSearchParams();
    let filled = path;
    for (const { name, in: place, examples } of operation.parameters) {
      const value = examples?.[example]?.value ?? linked[name];
      if (value === undefined) continue;
      const texts = [value]
        .flat()
        .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(texts.join()));
      else texts.forEach((text) => query.append(name, text));
    }
    const body = bodyExamples(operation)[example]?.value;
    const response = await fetch(`${url}${filled}?${query.toString()}`, {
      method: verb.toUpperCase(),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const { status } = response;
    const answer = await bodyOf(response);
    if (typeof answer !== 'string')
      check({ verb: verb.toUpperCase(), path: filled, status, body: answer });
    return { status, body: answer };
  };

/** The body of an answer: JSON, or the beginning of a stream, which may have no end; null when it is empty. */
const bodyOf = async (response: Response): Promise<JsonValue> => {
  const type = response.headers.get('content-type') ?? 'application/json';
  if (type.startsWith('text/event-stream')) return beginningOf(response);
  const text = await response.text();
  const isJson = type.startsWith('application/json');
  return isJson ? (JSON.parse(text || 'null') as JsonValue) : text;
};

const beginningOf = async ({ body }: Response): Promise<string> => {
  const reader = body?.getReader();
  const chunk = (await reader?.read())?.value as Uint8Array | undefined;
  await reader?.cancel();
  return new TextDecoder().decode(chunk);
};

const valuesByLinks = async (
  calls: readonly DocumentedCall[],
  { operationId, parameters }: Operation,
  send: Send,
): Promise<Values> => {
  if (!parameters.some(({ required, examples }) => required === true && !examples)) return {};
  for (const call of calls) {
    const links = Object.values(call.operation.responses).flatMap((one) =>
      Object.values(one.links ?? {}),
    );
    const link = links.find((one) => one.operationId === operationId);
    if (link === undefined) continue;
    const { body } = await send(call, namesOf(call.operation)[0] ?? '-', {});
    return Object.fromEntries(
      Object.entries(link.parameters).map(([name, expression]) => [
        name,
        at(body, expression.replace('$response.body#/', '')),
      ]),
    );
  }
  return {};
};

const at = (json: JsonValue, pointer: string): JsonValue =>
  pointer.split('/').reduce<JsonValue>((value, part) => (value as JsonObject)[part] ?? null, json);
