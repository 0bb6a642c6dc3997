import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { ServerResponse } from 'node:http';
import { isUtf8, parseContentType, type ContentType } from '../content-type.ts';
import { sendWhole } from '../http/answer.ts';
import type { HttpExchange } from '../http/body.ts';
import { allowMethods } from '../http/routes.ts';

const unaryTypes = ['application/json', 'application/proto'];
const streamTypes = ['application/connect+json', 'application/connect+proto'];
const webTypes = [
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc-web+json',
];
const textTypes = ['application/grpc-web-text', 'application/grpc-web-text+proto'];

/** How a message comes to an RPC: as it is, or in gRPC-Web's text mode. */
export type Admission = 'plain' | 'text';

/**
 * Looks at the verb and the content type before Connect does, which refuses without a word and knows few ways of
 * writing one. Undefined when the request is refused, or was only a question; then it is answered. To Connect the
 * type is left in its shortest form.
 */
export const admit = (
  { request, response }: HttpExchange,
  { allowedMethods, method }: UniversalHandler,
): Admission | undefined => {
  if (!hasVerb({ request, response }, allowedMethods)) return undefined;
  if (request.method === 'GET') return 'plain';
  const own = method.methodKind === 'unary' ? unaryTypes : streamTypes;
  const contentType = parseContentType(request.headers['content-type'] ?? '');
  const fault = faultOfType(contentType, own);
  if (contentType === undefined || fault !== undefined) {
    response.setHeader('accept-post', [...own, ...webTypes, ...textTypes].join(', '));
    refuseConnect(response, 415, fault ?? '');
    return undefined;
  }
  request.headers['content-type'] = contentType.type;
  return textTypes.includes(contentType.type) ? 'text' : 'plain';
};

/** False when the request is answered for its verb. Of what can be got, the headers can be asked for, too. */
const hasVerb = ({ request, response }: HttpExchange, allowed: readonly string[]): boolean => {
  if (request.method === 'HEAD' && allowed.includes('GET')) request.method = 'GET';
  if (allowed.includes(request.method ?? '')) return true;
  if (!allowMethods(response, allowed))
    refuseConnect(response, 405, `Use ${allowed.join(' or ')} here.`);
  return false;
};

const faultOfType = (
  contentType: ContentType | undefined,
  own: readonly string[],
): string | undefined => {
  const type = contentType?.type ?? '';
  if (contentType === undefined || ![own, webTypes, textTypes].flat().includes(type)) {
    const grpc = /^application\/grpc(\+|$)/.test(type) ? ' gRPC itself has a port of its own.' : '';
    return `Send content-type: ${own.join(' or ')}, or one of gRPC-Web.${grpc}`;
  }
  return isUtf8(contentType)
    ? undefined
    : 'Send the message in UTF-8; another charset is not read.';
};

/** A refusal in Connect's words, of what comes to no RPC. */
export const refuseConnect = (
  response: ServerResponse,
  status: 404 | 405 | 415,
  message: string,
): void =>
  sendWhole(response, {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: 'unimplemented', message }),
  });
