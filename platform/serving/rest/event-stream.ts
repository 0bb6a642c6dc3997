import type { ServerResponse } from 'node:http';
import { errorJson, sendError, sendPiece, sendWhole, type ErrorBody } from '../http/answer.ts';
import type { RpcFault } from '../rpc/errors.ts';
import type { StreamCall } from '../rpc/stream.ts';

// Proxies cut idle connections, some of them after 30 s.
const keepAliveMs = 15_000;
// A refusal that comes later than this cannot have a status any more.
const openAfterMs = 1_000;

/**
 * Sends the texts of a stream as server-sent events, each when the previous one is on its way. A failure
 * before the first is an ordinary refusal with its status, a later one an event named `error`. A stream that
 * ends before its first event is answered with 204, which tells a reconnecting EventSource to stop.
 */
export const sendEventStream = async (
  stream: StreamCall<string>,
  response: ServerResponse,
  toErrorBody: (fault: RpcFault) => ErrorBody,
): Promise<void> => {
  const open = () => {
    if (response.destroyed || response.headersSent) return;
    stream.begin();
    response.writeHead(200, headers).flushHeaders();
    // a HEAD request gets its headers at once
    if (response.req.method === 'HEAD') response.end();
  };
  const opening = setTimeout(open, openAfterMs);
  const keepAlive = setInterval(() => {
    if (response.headersSent && !response.writableEnded && !response.writableNeedDrain)
      response.write(':\n\n');
  }, keepAliveMs);
  if (response.destroyed) stream.cancel();
  response.once('close', stream.cancel);
  try {
    for await (const event of stream.answers) {
      open();
      if (response.writableEnded) break;
      await sendPiece(response, event);
    }
    if (!response.headersSent) sendWhole(response, { status: 204 });
    else if (!response.writableEnded) response.end();
  } catch (fault) {
    const body = toErrorBody(fault as RpcFault);
    if (!response.headersSent) sendError(response, body);
    else if (!response.writableEnded)
      response.end(`event: error\ndata: ${JSON.stringify(errorJson(body))}\n\n`);
  } finally {
    clearTimeout(opening);
    clearInterval(keepAlive);
  }
};

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // otherwise nginx would buffer events until its buffer is full
  'x-accel-buffering': 'no',
};
