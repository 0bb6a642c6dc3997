// The reference: a raw kafkajs producer in a process of its own, with the same messages and headers,
// idempotent, acks all. Arguments: brokers, topic, and `drain <messages>` or `live <per second> <seconds>`.
import { setTimeout as sleep } from 'node:timers/promises';
import { cloudEventHeaders } from '#platform/event.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { partitionOf } from '#platform/kafka/partitioner.ts';
import { createLogger } from '#platform/logger.ts';

const [brokers = '', topic = '', mode = '', first = '0', second = '0'] = process.argv.slice(2);
const batch = 1_000;
// Sent round and round: hundreds of thousands in memory would keep the garbage collector busier than the
// producer (2.7 instead of 1.1 CPU s per 100,000).
const pool = 20_000;

const toMessage = (i: number) => {
  const key = String(1_000_000 + (i % 1_000));
  const id = crypto.randomUUID();
  const sequence = String(1 + Math.floor(i / 1_000));
  return {
    key,
    partition: partitionOf(key, 2),
    value:
      `{"items": [{"sku": 1002, "count": 2}], "moment": "2026-01-01T00:00:00.000Z", "source": "loms", ` +
      `"status": "awaiting payment", "user_id": 7, "event_id": "${id}", "order_id": ${key}, ` +
      `"sequence": ${sequence}, "previous_status": "new"}`,
    headers: {
      ...cloudEventHeaders({
        ...{ id, source: 'loms', type: 'loms.v1.OrderStatusChanged', subject: key, sequence },
        time: '2026-01-01T00:00:00.000Z',
      }),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'correlation-id': '0198c0de-0000-7000-8000-000000000001',
    },
  };
};

const logger = createLogger({ service: 'raw', level: 'silent', format: 'json' });
const kafka = createKafka({
  brokers: [brokers],
  clientId: 'raw',
  logger,
  requestTimeoutMs: 10_000,
});
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();

if (mode === 'drain') {
  const messages = Array.from({ length: pool }, (_, i) => toMessage(i));
  const count = Number(first);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  for (let at = 0; at < count; at += batch) {
    const from = at % pool;
    const some = messages.slice(from, from + Math.min(batch, count - at));
    const topicMessages = [{ topic, messages: some }];
    await producer.sendBatch({ acks: -1, topicMessages });
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 }));
} else {
  const pauseMs = 1_000 / Number(first);
  const count = Number(first) * Number(second);
  const startedMs = performance.now();
  const latencies: number[] = [];
  const sending: Promise<void>[] = [];
  for (let i = 0; i < count; i += 1) {
    await sleep(Math.max(0, startedMs + i * pauseMs - performance.now()));
    const sentMs = performance.now();
    const send = producer.send({ acks: -1, topic, messages: [toMessage(i)] });
    sending.push(send.then(() => void latencies.push(performance.now() - sentMs)));
  }
  await Promise.all(sending);
  console.log(JSON.stringify({ latencies }));
}
await producer.disconnect();
