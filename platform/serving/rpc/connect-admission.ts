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

/** How a message reaches an RPC: unchanged, or in gRPC-Web's text mode. */
export type Admission = 'plain' | 'text';

/**
 * Checks method and content type before Connect does, which refuses without a message and knows few spellings
 * of a type. Returns undefined when the request was refused, or was only a question; then it is answered. For
 * Connect, the type is reduced to its shortest form.
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

/**
 * Returns false when the request is answered because of its method. Where GET is allowed, HEAD is as well.
 */
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

/** Sends a refusal in Connect's format, for a request that reaches no RPC. */
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
