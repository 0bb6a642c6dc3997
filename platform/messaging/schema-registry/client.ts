import { unescape } from 'node:querystring';
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';

/** A version of a subject: its number within the subject, and the schema with its id in the whole registry. */
export interface RegisteredSchema {
  version: number;
  id: number;
  schema: string;
}

/**
 * A registry with Confluent's HTTP API. Every call rejects with `registry-away` when it does not answer in time. The
 * package `@kafkajs/confluent-schema-registry` does not suffice: it returns ids, but not versions, subjects or the
 * schemas as registered; it sets the compatibility at the first registration only; and it has no time-out.
 */
export interface SchemaRegistry {
  listSubjects(): Promise<string[]>;
  /** Resolves with undefined when nothing is registered under the subject. */
  findLatest(subject: string): Promise<RegisteredSchema | undefined>;
  /** Resolves with the numbers of the versions, ascending; undefined when nothing is registered under the subject. */
  listVersions(subject: string): Promise<number[] | undefined>;
  /** Resolves with undefined when there is no such version. */
  findVersion(subject: string, version: number): Promise<RegisteredSchema | undefined>;
  /** Resolves with the version that is exactly this schema; undefined when there is none. */
  findExact(subject: string, schema: string): Promise<RegisteredSchema | undefined>;
  /** Resolves with undefined when the subject has no level of its own. */
  findCompatibility(subject: string): Promise<string | undefined>;
  setCompatibility(subject: string, level: 'BACKWARD' | 'NONE'): Promise<void>;
  /** Rejects with `registry-refused` and the registry's message when it refuses the schema. */
  register(subject: string, schema: string): Promise<void>;
}

export interface SchemaRegistryOptions {
  /** The base URL, without a slash at the end; it may contain a user and password. */
  url: string;
  /** The longest time that one request may take, in milliseconds. */
  timeoutMs: number;
}

const versioned = z.object({ version: z.int(), id: z.int(), schema: z.string() });
const level = z.object({ compatibilityLevel: z.string() });
const failure = z.object({ message: z.string() });

/** Creates the client. It keeps no connection: each call is a request of its own. */
export const createSchemaRegistry = (options: SchemaRegistryOptions): SchemaRegistry => {
  const ask = createAsk(options);
  const found = async <T>(answer: Promise<unknown>, shape: z.ZodType<T>) => {
    const json = await answer;
    return json === undefined ? undefined : shape.parse(json);
  };
  const pathTo = (subject: string) => encodeURIComponent(subject);
  return {
    listSubjects: async () => (await found(ask('GET', '/subjects'), z.array(z.string()))) ?? [],
    findLatest: (subject) =>
      found(ask('GET', `/subjects/${pathTo(subject)}/versions/latest`), versioned),
    listVersions: (subject) =>
      found(ask('GET', `/subjects/${pathTo(subject)}/versions`), z.array(z.int())),
    findVersion: (subject, version) =>
      found(ask('GET', `/subjects/${pathTo(subject)}/versions/${version}`), versioned),
    findExact: (subject, schema) =>
      found(ask('POST', `/subjects/${pathTo(subject)}`, { schemaType: 'JSON', schema }), versioned),
    findCompatibility: async (subject) =>
      (await found(ask('GET', `/config/${pathTo(subject)}`), level))?.compatibilityLevel,
    setCompatibility: async (subject, compatibility) => {
      await ask('PUT', `/config/${pathTo(subject)}`, { compatibility });
    },
    register: async (subject, schema) => {
      await ask('POST', `/subjects/${pathTo(subject)}/versions`, { schemaType: 'JSON', schema });
    },
  };
};

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<unknown>;

/** Creates the function that sends a request: it resolves with the JSON of the answer, or undefined for a 404. */
const createAsk = ({ url, timeoutMs }: SchemaRegistryOptions): Ask => {
  const { base, headers } = splitCredentials(url);
  return async (method, path, body) => {
    const asked = fetch(base + path, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body && { body: JSON.stringify(body) }),
    }).then(async (response) => ({ response, text: await response.text() }));
    const { response, text } = await asked.catch((cause: unknown) => {
      throw new AppError('unavailable', 'registry-away', `No schema registry answers at ${base}.`, {
        cause,
      });
    });
    if (response.ok) return JSON.parse(text) as unknown;
    if (response.status === 404 && method !== 'PUT') return undefined;
    throw refusal(response.status, text);
  };
};

const gatewayFaults = [502, 503, 504];

const refusal = (status: number, text: string): AppError => {
  const words = `The schema registry answered ${status}: ${messageOf(text)}`;
  return gatewayFaults.includes(status)
    ? new AppError('unavailable', 'registry-away', words)
    : new AppError('precondition', 'registry-refused', words);
};

const messageOf = (text: string): string => {
  try {
    return failure.parse(JSON.parse(text)).message;
  } catch {
    return text.slice(0, 200);
  }
};

/** Returns the URL without user and password, e.g. for headers of messages. */
export const publicUrl = (url: string): string => splitCredentials(url).base;

const splitCredentials = (url: string) => {
  const address = new URL(url);
  const { username, password } = address;
  address.username = address.password = '';
  const base = address.href.replace(/\/$/, '');
  const headers: Record<string, string> = { 'content-type': contentType };
  if (username !== '' || password !== '') {
    // Unlike decodeURIComponent, this leaves a percent sign as it is that escapes nothing.
    const pair = `${unescape(username)}:${unescape(password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  return { base, headers };
};

const contentType = 'application/vnd.schemaregistry.v1+json';
