import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
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
}

/**
 * Serves content that does not change while the process lives. It is loaded at the first request and kept;
 * clients cache it and revalidate it.
 */
export const serveContent = (
  load: () => Content | Promise<Content>,
  { logger, headers = {} }: ContentOptions,
): HttpHandler => {
  let kept: Promise<KeptContent> | undefined;
  return onlyGet((request, response) => {
    kept ??= Promise.resolve().then(load).then(toKept);
    kept.then(
      (content) =>
        send(response, content, { ifNoneMatch: request.headers['if-none-match'], headers }),
      (error: unknown) => {
        kept = undefined;
        logger.error({ err: error, path: request.url }, 'the content cannot be loaded');
        sendError(response, { code: 500, reason: 'internal', message: 'internal error' });
      },
    );
  });
};

interface KeptContent extends Content {
  etag: string;
}

const toKept = (content: Content): KeptContent => ({
  ...content,
  etag: `"${hash('sha256', content.bytes, 'base64url')}"`,
});

interface Asked {
  ifNoneMatch: string | undefined;
  headers: Readonly<Record<string, string>>;
}

const send = (
  response: ServerResponse,
  { bytes, contentType, etag }: KeptContent,
  { ifNoneMatch, headers }: Asked,
): void => {
  const common = {
    ...headers,
    etag,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  };
  // a proxy that compresses marks the tag as weak
  const known = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag) === true || known?.includes('*') === true) {
    sendWhole(response, { status: 304, headers: common });
    return;
  }
  // Node omits the body of an answer to HEAD
  sendWhole(response, {
    status: 200,
    headers: { ...common, 'content-type': contentType },
    body: bytes,
  });
};
