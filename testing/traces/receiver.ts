import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { readOtlp, type ReceivedSpan } from './read-otlp.ts';

/** Takes spans over OTLP/HTTP in JSON as a collector does, and keeps them. */
export interface TraceReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly port: number;
  readonly spans: readonly ReceivedSpan[];
  /** How many requests have come. */
  requests(): number;
  /** From now on requests are not answered before `close`. */
  freeze(): void;
  close(): Promise<void>;
}

export const startTraceReceiver = async (port = 0): Promise<TraceReceiver> => {
  const spans: ReceivedSpan[] = [];
  let requests = 0;
  let isFrozen = false;
  const reading: Promise<void>[] = [];
  const held: ServerResponse[] = [];
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  const server = createServer((request, response) => {
    requests += 1;
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end();
      return;
    }
    const read = json(request).then(
      (body) => {
        spans.push(...readOtlp(body));
        if (isFrozen) held.push(response);
        else answer(response);
      },
      () => void response.writeHead(400).end(),
    );
    reading.push(read);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    requests: () => requests,
    freeze: () => void (isFrozen = true),
    close: async () => {
      // an exporter would try again what was cut off, and its timers would outlive the test
      await Promise.all(reading);
      for (const response of held.splice(0)) {
        if (response.destroyed) continue;
        answer(response);
        await once(response, 'close');
      }
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
