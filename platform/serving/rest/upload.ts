import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../../base/errors.ts';
import { isUtf8, parseContentType } from '../content-type.ts';
import { linger, sendError, sendPiece } from '../http/answer.ts';
import { awaitsContinue, discardBody, type HttpExchange } from '../http/body.ts';
import { allowSlowBody } from '../http/slow-body.ts';
import { openCall, type CallSource, type OpenCall, type RpcContext } from '../rpc/context.ts';
import { stoppingFault, toFault, type RpcFault } from '../rpc/errors.ts';
import { createInterruptible } from '../rpc/interruptible.ts';
import type { OpenStreams } from '../rpc/open-streams.ts';
import type { RpcMethod } from '../rpc/service.ts';
import { isUncompressed } from './body.ts';
import { splitLines, type Line } from './lines.ts';
import type { RestOptions } from './options.ts';
import { toErrorBody } from './status.ts';

/**
 * Handles a body of JSON Lines (application/x-ndjson) at the REST path of an RPC, for more than one message can
 * hold. It is read as fast as it is handled. Yields the objects of the answer, one a line; what it throws before the
 * first is an ordinary refusal, later the answer just ends.
 */
export type LineUpload = (lines: AsyncIterable<Line[]>, call: RpcContext) => AsyncIterable<object>;

export interface UploadOptions {
  upload: LineUpload;
  streams: OpenStreams;
  rest: RestOptions;
}

const maxLineBytes = 4_096;
// each may hold some megabytes
const maxOpen = 16;

/** Whether a body is JSON Lines that can be read. */
export const isLineUpload = (request: IncomingMessage): boolean => {
  const contentType = parseContentType(request.headers['content-type'] ?? '');
  return (
    contentType !== undefined &&
    lineTypes.includes(contentType.type) &&
    isUtf8(contentType) &&
    isUncompressed(request)
  );
};

const lineTypes = ['application/x-ndjson', 'application/jsonl'];

/** Serves the uploads of one RPC, with its role, log lines and metrics. A server that stops ends them. */
export const createUpload = (
  { domain, authorize, admit, report: reportBy, spans }: RpcMethod,
  { upload, streams, rest }: UploadOptions,
) => {
  const report = reportBy('rest');
  const startSpan = spans('rest');
  let open = 0;
  return async (source: Omit<CallSource, 'timeoutMs'>, exchange: HttpExchange) => {
    const { request, response } = exchange;
    const lines = createInterruptible<Line[]>();
    const finish = (fault: RpcFault | undefined, { startedAtMs, context, span }: OpenCall) => {
      report({ startedAtMs, fault, context, span });
      lines.end(fault);
    };
    const call = openCall({ ...source, timeoutMs: Infinity }, domain, finish);
    if (call.isOpen()) call.span = startSpan?.(source);
    const stream = { stop: () => call.abort(stoppingFault(domain)) };
    streams.add(stream);
    open += 1;
    response.once('close', call.cancel);
    let fault: RpcFault | undefined;
    try {
      if (authorize !== undefined) call.allow(authorize(call.context));
      if (admit !== undefined) await admit();
      if (open > maxOpen) throw tooMany();
      allowSlowBody(request);
      lines.start(() => splitLines(bodyOf(exchange), maxLineBytes));
      for await (const object of upload(iterate(lines), call.context)) {
        call.begin();
        await sendLine(response, object);
      }
    } catch (error) {
      fault = toFault(error, domain);
    } finally {
      streams.delete(stream);
      open -= 1;
      if (call.end()) finish(fault, call);
    }
    await endAnswer(request, response, fault && { fault, rest });
  };
};

const iterate = (lines: ReturnType<typeof createInterruptible<Line[]>>): AsyncIterable<Line[]> => ({
  [Symbol.asyncIterator]: () => ({ next: () => lines.next() }),
});

/** The body's bytes; leaving off does not end the connection, on which the answer has yet to go. */
const bodyOf = async function* ({ request, response }: HttpExchange): AsyncGenerator<Buffer> {
  if (awaitsContinue(request)) response.writeContinue();
  yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
};

const sendLine = (response: ServerResponse, object: object): Promise<void> => {
  if (!response.headersSent && !response.destroyed) response.writeHead(200, headers);
  return sendPiece(response, `${JSON.stringify(object)}\n`);
};

const headers = {
  'content-type': 'application/x-ndjson',
  'cache-control': 'no-store',
  // what is left of a body that was not read to its end must not be taken for the next request
  connection: 'close',
  'x-accel-buffering': 'no',
};

const tooMany = (): AppError =>
  new AppError('exhausted', 'too-many-uploads', `${maxOpen} uploads are in progress: try again.`, {
    retryAfterMs: 1_000,
  });

const endAnswer = async (
  request: IncomingMessage,
  response: ServerResponse,
  failure: { fault: RpcFault; rest: RestOptions } | undefined,
): Promise<void> => {
  if (failure === undefined || response.headersSent) {
    if (!request.complete && !response.destroyed) await discardBody(request, linger);
    response.end();
    return;
  }
  if (!request.complete) response.setHeader('connection', 'close');
  sendError(response, toErrorBody(failure.fault, failure.rest));
};
