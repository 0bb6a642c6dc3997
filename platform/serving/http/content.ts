import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { sendError, sendWhole } from './answer.ts';
import { onlyGet, type HttpHandler } from './routes.ts';
import type { Logger } from '../../base/logger.ts';

export interface Content {
  contentType: string;
  bytes: Buffer;
}

export interface ContentOptions {
  logger: Logger;
  headers?: Readonly<Record<string, string>>;
  /** Whether its path changes with the content, so that clients never ask again. Default: they revalidate it. */
  isImmutable?: boolean;
  /** Whether it is sent compressed to clients that accept that; it is compressed once. Default false. */
  isCompressed?: boolean;
  /** Whether it is loaded and compressed at once, so that the first request need not wait. Default false. */
  isEager?: boolean;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** The headers of a page that loads everything from its own server and is shown in no other page. */
export const pageHeaders = {
  'content-security-policy': policy.join('; '),
  'referrer-policy': 'no-referrer',
};

/**
 * Serves content that does not change while the process lives. It is loaded at the first request, unless it is eager,
 * and kept; clients cache it and revalidate it.
 */
export const serveContent = (
  load: () => Content | Promise<Content>,
  options: ContentOptions,
): HttpHandler => {
  const { logger, isCompressed = false, isEager = false } = options;
  const headers = headersOf(options);
  let kept: Promise<KeptContent> | undefined;
  const loadOnce = () =>
    (kept ??= Promise.resolve()
      .then(load)
      .then((content) => toKept(content, isCompressed)));
  if (isEager) loadOnce().catch(() => (kept = undefined)); // the next request tries again, and logs why
  return onlyGet((request, response) => {
    loadOnce().then(
      (content) => send(response, { content: choose(content, request), headers }),
      (error: unknown) => {
        kept = undefined;
        logger.error(
          { err: error, path: request.url?.split('?', 1)[0] },
          'the content cannot be loaded',
        );
        sendError(response, { code: 500, reason: 'internal', message: 'internal error' });
      },
    );
  });
};

const headersOf = ({ headers, isImmutable = false, isCompressed = false }: ContentOptions) => ({
  ...headers,
  'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  'x-content-type-options': 'nosniff',
  ...(isCompressed && { vary: 'accept-encoding' }),
});

type Encoding = 'br' | 'gzip';

interface KeptContent extends Content {
  etag: string;
  encoding?: Encoding;
  /** The same content compressed; the first one that a client accepts is sent. */
  compressed: readonly KeptContent[];
}

const toKept = async (content: Content, isCompressed: boolean): Promise<KeptContent> => {
  const kept = { ...content, etag: `"${hash('sha256', content.bytes, 'base64url')}"` };
  if (!isCompressed) return { ...kept, compressed: [] };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content.bytes),
    promisify(gzip)(content.bytes, { level: 9 }),
  ]);
  const variant = (encoding: Encoding, bytes: Buffer): KeptContent => ({
    contentType: content.contentType,
    bytes,
    encoding,
    // a tag names exactly these bytes
    etag: kept.etag.replace(/"$/, `-${encoding}"`),
    compressed: [],
  });
  return { ...kept, compressed: [variant('br', br), variant('gzip', gz)] };
};

const choose = (content: KeptContent, { headers }: IncomingMessage): KeptContent => {
  const accepted = new Set(
    (headers['accept-encoding'] ?? '')
      .split(',')
      .map((part) => part.trim().toLowerCase())
      .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
      .map((part) => part.replace(/;.*$/, '').trim()),
  );
  return content.compressed.find(({ encoding = '' }) => accepted.has(encoding)) ?? content;
};

interface Chosen {
  content: KeptContent;
  headers: Readonly<Record<string, string>>;
}

const send = (response: ServerResponse, { content, headers }: Chosen): void => {
  const { bytes, contentType, etag, encoding } = content;
  const common = { ...headers, etag };
  // a proxy that compresses marks the tag as weak
  const known = response.req.headers['if-none-match']
    ?.split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag) === true || known?.includes('*') === true) {
    sendWhole(response, { status: 304, headers: common });
    return;
  }
  // Node omits the body of an answer to HEAD
  sendWhole(response, {
    status: 200,
    headers: {
      ...common,
      'content-type': contentType,
      ...(encoding && { 'content-encoding': encoding }),
    },
    body: bytes,
  });
};
