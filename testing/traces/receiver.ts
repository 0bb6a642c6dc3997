import { once } from 'node:events';
import { createServer } from 'node:http';
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
  /** From now on requests are not answered. */
  freeze(): void;
  close(): Promise<void>;
}

export const startTraceReceiver = async (port = 0): Promise<TraceReceiver> => {
  const spans: ReceivedSpan[] = [];
  let requests = 0;
  let isFrozen = false;
  const server = createServer((request, response) => {
    requests += 1;
    if (isFrozen) return;
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end();
      return;
    }
    void json(request).then(
      (body) => {
        spans.push(...readOtlp(body));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
      () => response.writeHead(400).end(),
    );
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
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
