import { Code, ConnectError } from '@connectrpc/connect';
import type { UniversalHandlerFn } from '@connectrpc/connect/protocol';

/**
 * Wraps a handler of gRPC-Web's binary mode for its text mode: base64 in both directions. Each write is
 * padded by itself, so that clients can read each piece when it arrives; what is received may be padded in
 * the middle, too.
 */
export const asText =
  (handler: UniversalHandlerFn): UniversalHandlerFn =>
  async (request) => {
    const header = new Headers(request.header);
    header.set('content-type', 'application/grpc-web+proto');
    const body = decoded(request.body as AsyncIterable<Uint8Array>);
    const answer = await handler({ ...request, header, body });
    const answerHeader = new Headers(answer.header);
    answerHeader.set('content-type', 'application/grpc-web-text+proto');
    return { ...answer, header: answerHeader, ...(answer.body && { body: encoded(answer.body) }) };
  };

/** The greatest length of a body of so many bytes as text. */
export const textLength = (bytes: number): number => Math.ceil(bytes / 3) * 4 + longestPadding;

// the padding of a few pieces
const longestPadding = 64;

async function* encoded(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(Buffer.from(piece).toString('base64'));
}

async function* decoded(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield decode(Buffer.from(piece).toString('latin1'));
}

const decode = (text: string): Buffer => {
  const parts = text.match(/[^=]+={0,2}/g) ?? [];
  const isWhole = parts.reduce((length, part) => length + part.length, 0) === text.length;
  if (!isWhole || !parts.every((part) => part.length % 4 === 0 && /^[A-Za-z0-9+/]+=*$/.test(part)))
    throw new ConnectError('the body is not base64', Code.InvalidArgument);
  return Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
};
