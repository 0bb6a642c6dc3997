// The reference: a raw kafkajs producer in a process of its own, idempotent and with acks all, that sends the same
// messages and headers. Arguments: brokers, topic, and `drain <messages> <kafkajs>` or `live <per second> <seconds>`;
// `<kafkajs>` is the package, or a folder with another build of it.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as kafkajs from 'kafkajs';
import { messageOf } from './message.ts';

const [brokers = '', topic = '', mode = '', first = '0', second = '0'] = process.argv.slice(2);
const batch = 1_000;

const correlation = { 'correlation-id': '0198c0de-0000-7000-8000-000000000001' };
const toMessage = (i: number) => messageOf(i, correlation);

const load = createRequire(import.meta.url);
const { Kafka, logLevel } = load(mode === 'drain' ? second : 'kafkajs') as typeof kafkajs;
const kafka = new Kafka({
  brokers: [brokers],
  clientId: 'raw',
  requestTimeout: 10_000,
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();

if (mode === 'drain') {
  const count = Number(first);
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  for (let at = 0; at < count; at += batch) {
    // Messages are built as they are sent: hundreds of thousands in memory would keep the garbage collector busy.
    const messages = Array.from({ length: Math.min(batch, count - at) }, (_, i) =>
      toMessage(at + i),
    );
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages }] });
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
