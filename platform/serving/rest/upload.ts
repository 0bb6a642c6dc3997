import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseContentType } from '../content-type.ts';
import { sendError, sendPiece } from '../http/answer.ts';
import { awaitsContinue, type HttpExchange } from '../http/body.ts';
import { openCall, type CallSource, type OpenCall, type RpcContext } from '../rpc/context.ts';
import { retryHeaderOf, stoppingFault, toFault, type RpcFault } from '../rpc/errors.ts';
import { createInterruptible } from '../rpc/interruptible.ts';
import type { OpenStreams } from '../rpc/open-streams.ts';
import type { RpcMethod } from '../rpc/service.ts';
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

const maxLineBytes = 65_536;

export const isLineUpload = ({ headers }: IncomingMessage): boolean => {
  const { type } = parseContentType(headers['content-type'] ?? '') ?? {};
  return type === 'application/x-ndjson' || type === 'application/jsonl';
};

/** Serves the uploads of one RPC, with its role, log lines and metrics. A server that stops ends them. */
export const createUpload = (
  { domain, authorize, report: reportBy }: RpcMethod,
  { upload, streams, rest }: UploadOptions,
) => {
  const report = reportBy('rest');
  return async (source: Pick<CallSource, 'header' | 'isRepeated'>, exchange: HttpExchange) => {
    const { request, response } = exchange;
    const lines = createInterruptible<Line[]>();
    const finish = (fault: RpcFault | undefined, { startedAtMs, context }: OpenCall) => {
      report({ startedAtMs, fault, context });
      lines.end(fault);
    };
    const call = openCall({ ...source, timeoutMs: Infinity }, domain, finish);
    const stream = { stop: () => call.abort(stoppingFault(domain)) };
    streams.add(stream);
    response.once('close', call.cancel);
    let fault: RpcFault | undefined;
    try {
      if (authorize !== undefined) call.caller = authorize(call.context);
      lines.start(() => splitLines(bodyOf(exchange), maxLineBytes));
      for await (const object of upload(iterate(lines), call.context))
        await sendLine(response, object);
    } catch (error) {
      fault = toFault(error, domain);
    } finally {
      streams.delete(stream);
      if (call.end()) finish(fault, call);
    }
    endAnswer(request, response, fault && { fault, rest });
  };
};

const iterate = (lines: ReturnType<typeof createInterruptible<Line[]>>): AsyncIterable<Line[]> => ({
  [Symbol.asyncIterator]: () => ({ next: () => lines.next() }),
});

/** The body's bytes; leaving off does not end the connection, on which the answer has yet to go. */
const bodyOf = ({ request, response }: HttpExchange): AsyncIterable<Buffer> => {
  if (awaitsContinue(request)) response.writeContinue();
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
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

const endAnswer = (
  request: IncomingMessage,
  response: ServerResponse,
  failure: { fault: RpcFault; rest: RestOptions } | undefined,
): void => {
  if (failure === undefined || response.headersSent) {
    response.end();
    return;
  }
  for (const [name, value] of Object.entries(retryHeaderOf(failure.fault)))
    response.setHeader(name, value);
  if (!request.complete) response.setHeader('connection', 'close');
  sendError(response, toErrorBody(failure.fault, failure.rest));
};
