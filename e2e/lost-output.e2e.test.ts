import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { outputLostExitCode } from '#platform/base/output.ts';
import { findFreePort } from '../testing/free-port.ts';
import { createTestKafka, createTestTopic } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { checkout } from '../deploy/folders.ts';
import { spawnTied } from '../deploy/local/tied-process.ts';
import { orderEvent, publish } from '../testing/notifier/fixture.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka = createTestKafka(brokers);
const timeoutMs = 600_000;
const patience = { timeoutMs: 60_000 };
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Started {
  child: ChildProcess;
  httpPort: number;
  exit: Promise<number | null>;
  /** The lines that were left in its pipe when it ended. */
  left: readonly string[];
}

/** Starts a notifier with this stdout, which nobody reads yet. */
const startNotifier = async (topic: string, stdout: number | 'pipe'): Promise<Started> => {
  const { PATH = '', HOME = '' } = process.env;
  const httpPort = await findFreePort();
  const child = spawnTied(process.execPath, ['services/notifier/main.ts'], {
    cwd: checkout,
    env: {
      PATH,
      HOME,
      HTTP_PORT: String(httpPort),
      LOG_LEVEL: 'info',
      KAFKA_BROKERS: brokers,
      NOTIFIER_TOPIC: topic,
      NOTIFIER_GROUP: topic,
    },
    stdio: ['ignore', stdout, 'ignore'],
    deathSignal: 'SIGKILL',
  });
  running.push(child);
  const left: string[] = [];
  // Read at once, because Node discards the unread output of a child that has ended.
  child.once('exit', () => {
    if (child.stdout?.destroyed === false)
      createInterface({ input: child.stdout }).on('line', (line) => left.push(line));
  });
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, httpPort, exit, left };
};

const orders = (count: number) => Array.from({ length: count }, (_, n) => orderEvent(n + 1, 1));

const committed = async (topic: string): Promise<number> => {
  const admin = kafka.admin();
  await admin.connect();
  // for a moment the broker is still loading a group that is new to it
  const [of] = await waitFor(() => admin.fetchOffsets({ groupId: topic, topics: [topic] }), {
    what: 'the offsets',
    ...patience,
  }).finally(() => admin.disconnect());
  return of!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
};

/** Starts a notifier that has logged and committed some events, and then has more output than its pipe holds. */
const startUnread = async (): Promise<Started & { topic: string }> => {
  const topic = await createTestTopic(kafka, 2);
  await publish(kafka, topic, orders(20));
  const notifier = await startNotifier(topic, 'pipe');
  await waitFor(async () => (await committed(topic)) === 20, { what: 'the commits', ...patience });
  await publish(kafka, topic, orders(3_000));
  return { ...notifier, topic };
};

const answers = async (httpPort: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/healthz`, {
    signal: AbortSignal.timeout(5_000),
  });
  return answer.ok;
};

/** Counts the complete lines that report an event. */
const countEvents = (lines: readonly string[]): number =>
  lines.filter((line) => line.endsWith('}') && line.includes('"msg":"event"')).length;

test(
  'on a full disk a notifier ends at once with its exit code, and commits nothing',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    await publish(kafka, topic, orders(10));
    const full = openSync('/dev/full', 'w');
    const { exit } = await startNotifier(topic, full);
    closeSync(full);
    expect(await exit).toBe(outputLostExitCode);
    expect(await committed(topic)).toBe(0);
  },
  timeoutMs,
);

test(
  'when the reader of its stdout goes, it ends at the next line',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const { child, exit } = await startNotifier(topic, 'pipe');
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    await publish(kafka, topic, orders(10));
    expect(await exit).toBe(outputLostExitCode);
    expect(await committed(topic)).toBe(0);
  },
  timeoutMs,
);

test(
  'while nobody reads it is alive; then it ends, and no offset was committed whose line was not written',
  async () => {
    const { left, httpPort, exit, topic } = await startUnread();
    let code: number | null | undefined;
    void exit.then((each) => (code = each));
    let healthy = 0;
    await waitFor(
      async () => {
        if (code === undefined && (await answers(httpPort).catch(() => false))) healthy += 1;
        return code !== undefined;
      },
      { what: 'its end', intervalMs: 500, ...patience },
    );
    expect(code).toBe(outputLostExitCode);
    expect(healthy).toBeGreaterThan(5);
    const told = countEvents(left);
    expect(told).toBeGreaterThanOrEqual(20);
    expect(told).toBeLessThan(3_020);
    expect(await committed(topic)).toBeLessThanOrEqual(told);
  },
  timeoutMs,
);

test(
  'one that nobody reads can be stopped',
  async () => {
    const { child, httpPort, exit } = await startUnread();
    const said = async () => {
      const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      return text.match(/^notifier_events_total\{.*$/gm)?.join();
    };
    let before: string | undefined;
    await waitFor(
      async () => {
        const now = await said();
        const isStill = now !== undefined && now === before;
        before = now;
        return isStill;
      },
      { what: 'it to be stuck', intervalMs: 1_000, ...patience },
    );
    child.kill('SIGTERM');
    expect(await exit).toBe(outputLostExitCode);
  },
  timeoutMs,
);
