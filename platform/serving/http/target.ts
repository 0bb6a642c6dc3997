import type { IncomingMessage } from 'node:http';

/**
 * Turns a target with scheme and host (RFC 9112, 3.2.2) into its path; its host replaces the host header.
 * Returns what is wrong with the target when it has no valid path; undefined otherwise.
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

/** A host with or without a port. Nothing may precede it with an `@`, because that may be a secret. */
export const isHost = (text: string): boolean =>
  text !== '' && !text.includes('@') && URL.canParse(`http://${text}`);
