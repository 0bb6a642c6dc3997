import { startProcess } from '../../testing/engines/process.ts';
import type { Environment } from './environment.ts';

const runRaw = async <Result>(environment: Environment, ...args: string[]): Promise<Result> => {
  const raw = startProcess({
    name: 'raw producer',
    entry: 'bench/outbox/raw.ts',
    args: [environment.brokers, await environment.newTopic(), ...args],
    env: {},
  });
  const { code } = await raw.exit;
  const answer = raw.lines.find((line) => line.startsWith('{'));
  if (code !== 0 || answer === undefined) throw new Error(`raw producer: ${raw.lines.join('\n')}`);
  return JSON.parse(answer) as Result;
};

export interface RawDrain {
  eventsPerSecond: number;
  cpuPer100k: number;
}

/**
 * Measures the raw producer, which builds the messages and sends 1,000 a request; `kafkajs` is the package or a
 * folder with it.
 */
export const measureRawDrain = async (
  environment: Environment,
  messages: number,
  kafkajs = 'kafkajs',
): Promise<RawDrain> => {
  const { seconds, cpuSeconds } = await runRaw<{ seconds: number; cpuSeconds: number }>(
    environment,
    'drain',
    String(messages),
    kafkajs,
  );
  return { eventsPerSecond: messages / seconds, cpuPer100k: (cpuSeconds * 100_000) / messages };
};

/** Milliseconds from each send to its acknowledgement, with one message a send. */
export const measureRawLive = async (
  environment: Environment,
  perSecond: number,
  seconds: number,
): Promise<number[]> => {
  const result = await runRaw<{ latencies: number[] }>(
    environment,
    'live',
    String(perSecond),
    String(seconds),
  );
  return result.latencies;
};
