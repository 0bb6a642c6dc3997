import { ScalarType, type DescField, type DescMethod, type Message } from '@bufbuild/protobuf';
import type { ServerResponse } from 'node:http';
import { sendError, sendPiece, sendWhole, type ErrorBody } from '../http/answer.ts';
import type { Codec } from '../rpc/codec.ts';
import type { RpcFault } from '../rpc/errors.ts';
import type { StreamCall } from '../rpc/stream.ts';
import type { RestRequest } from './binding.ts';
import { createRestCodec } from './codec.ts';
import type { RestRule } from './rules.ts';

/** A piece of a download. */
export interface DownloadPiece {
  contentType: string;
  data: Uint8Array;
}

/**
 * Whether the answers of a stream are the pieces of one body: then its `response_body` is a field of bytes, and the
 * field `content_type` says what they are.
 */
export const isDownload = ({ method, responseBody }: RestRule): boolean =>
  method.methodKind === 'server_streaming' &&
  responseBody?.fieldKind === 'scalar' &&
  responseBody.scalar === ScalarType.BYTES;

/** The field of a download's answers that says what the bytes are. Throws when there is none. */
export const contentTypeField = ({ output, name }: DescMethod): DescField => {
  const field = output.fields.find((one) => one.name === 'content_type');
  if (field?.fieldKind === 'scalar' && field.scalar === ScalarType.STRING) return field;
  throw new Error(`${name}: ${output.typeName} has no content_type, which a download needs`);
};

/** Decodes requests as others do, and takes the bytes out of the answers. */
export const createDownloadCodec = (rule: RestRule): Codec<RestRequest, DownloadPiece> => {
  const plain = createRestCodec(rule);
  const type = contentTypeField(rule.method);
  const valueOf = (message: Message, field: DescField | undefined) =>
    (message as unknown as Record<string, unknown>)[field?.localName ?? ''];
  return {
    ...plain,
    encode: (message) => ({
      contentType: valueOf(message, type) as string,
      data: valueOf(message, rule.responseBody) as Uint8Array,
    }),
  };
};

/**
 * Sends the pieces as one body, each when the previous one is on its way. A failure before the first is an ordinary
 * refusal with its status; a later one breaks the connection, so that nobody takes the part for the whole.
 */
export const sendDownload = async (
  stream: StreamCall<DownloadPiece>,
  response: ServerResponse,
  toErrorBody: (fault: RpcFault) => ErrorBody,
): Promise<void> => {
  if (response.destroyed) stream.cancel();
  response.once('close', stream.cancel);
  try {
    for await (const { contentType, data } of stream.answers) {
      if (!response.headersSent && !response.destroyed)
        response.writeHead(200, headersFor(contentType)).flushHeaders();
      if (response.req.method === 'HEAD') break;
      // an empty piece has only told others how far the stream is
      if (data.length > 0) await sendPiece(response, data);
    }
    if (response.headersSent) response.end();
    else sendWhole(response, { status: 204 });
  } catch (fault) {
    if (response.headersSent) response.destroy();
    else sendError(response, toErrorBody(fault as RpcFault));
  }
};

const headersFor = (contentType: string) => ({
  'content-type': contentType,
  'cache-control': 'no-store',
  // otherwise nginx would write the whole of it to a file of its own
  'x-accel-buffering': 'no',
});
