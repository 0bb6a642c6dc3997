import type { IncomingMessage } from 'node:http';

/**
 * Turns a target with scheme and host (RFC 9112, 3.2.2) into the path that it means; its host counts, whatever the
 * host header says. Says what is wrong with one that means no path here; undefined when all is well.
 */
export const normalizeTarget = (request: IncomingMessage): string | undefined => {
  const { url = '', method, headers } = request;
  if (url.startsWith('/')) return undefined;
  if (url === '*')
    return method === 'OPTIONS' ? undefined : 'Only OPTIONS can be asked of *; name a path.';
  const [, authority, path = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (authority === undefined) return 'Ask for a path, or for an http or https address.';
  if (!isHost(authority)) return 'The address that is asked for names no host.';
  request.url = path.startsWith('/') ? path : `/${path}`;
  headers.host = authority;
  return undefined;
};

/** A host with or without a port; nothing before an `@`, which may be a secret. */
export const isHost = (text: string): boolean =>
  text !== '' && !text.includes('@') && URL.canParse(`http://${text}`);
