import type { IncomingHttpHeaders } from 'node:http2';

/** What grpc-js does not tell of the headers of a call. */
export interface OddHeaders {
  /** Values that are not printable ASCII, which grpc-js drops with a line on the console. */
  readonly unprintable: ReadonlyMap<string, string>;
  readonly repeated: ReadonlySet<string>;
}

export interface HeaderReading {
  /** Without the pseudo-headers. */
  count: number;
  /** As HTTP/2 counts the size of a header list: names, values and 32 bytes for each. */
  bytes: number;
  odd: OddHeaders | undefined;
}

// RFC 9113, section 10.5.1
const overheadBytes = 32;
const clean = /^(?! )[ -~]*(?<! )$/;
const printable = /^[ -~]*$/;

/**
 * Reads the headers as they were sent. White space at the ends of values is removed from `headers`, as HTTP/1
 * does; what grpc-js would drop is removed from `headers` and returned separately.
 */
export const readHeaders = (
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
): HeaderReading => {
  let count = 0;
  let bytes = 0;
  let isOdd = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    bytes += name.length + value.length + overheadBytes;
    if (name.startsWith(':')) continue;
    count += 1;
    // Node joins repeated headers
    isOdd ||= !clean.test(value) || headers[name] !== value;
  }
  return { count, bytes, odd: isOdd ? mendHeaders(headers, rawHeaders) : undefined };
};

const mendHeaders = (headers: IncomingHttpHeaders, rawHeaders: readonly string[]): OddHeaders => {
  const unprintable = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, values] of valuesByName(rawHeaders)) {
    // of some headers Node keeps only the first value
    const isJoined = headers[name] !== values[0];
    const text = isJoined ? values.map(trim).join(', ') : trim(values[0] ?? '');
    if (values.length > 1) repeated.add(name);
    // base64, which grpc-js accepts in any form
    if (name.endsWith('-bin')) continue;
    if (printable.test(text)) {
      headers[name] = text;
      continue;
    }
    headers[name] = undefined;
    unprintable.set(name, text);
  }
  return { unprintable, repeated };
};

const valuesByName = (rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const values = found.get(name) ?? [];
    if (!name.startsWith(':')) found.set(name, values);
    values.push(rawHeaders[at + 1] ?? '');
  }
  return found;
};

const trim = (value: string): string => value.replace(/^[\t ]+/, '').replace(/[\t ]+$/, '');
