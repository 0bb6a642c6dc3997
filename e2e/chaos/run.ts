import { sleep } from '#platform/sleep.ts';
import type { Fault, Scene } from './fault.ts';
import { drained, measureFlow } from './flow.ts';
import { startLoad, type Accepted } from './load.ts';
import { createRandom } from './random.ts';
import { startRig, type Rig } from './rig.ts';
import { createJudge, isFlawless, type Judge, type Verdict } from './verdict.ts';

export interface ChaosOptions {
  faults: readonly Fault[];
  /** What the random phase chooses from, and how long it lasts; 0: none. */
  random: { from: readonly Fault[]; seconds: number; seed: number };
  /** How long a fault lasts, as a share of what is usual. */
  share: number;
  ordersPerSecond: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** What became of one fault. */
export interface Outcome extends Verdict {
  title: string;
  /** Why it was not run. */
  missing?: string;
  /** From the end of the fault until the events of fresh orders were in Kafka. */
  flowSeconds: number;
  ordersPerSecond: number;
  /** Calls to loms without an answer of success. */
  errors: number;
}

const writers = 4;
const calmSeconds = 1;

/** Starts a system, lets the faults happen to it one after the other, checks after each, and ends it. */
export const runChaos = async (options: ChaosOptions): Promise<Outcome[]> => {
  const { signal, say } = options;
  say('starting Postgres, Kafka, loms, two publishers, three notifiers …');
  const rig = await startRig();
  try {
    const pause = async (seconds: number) => {
      await sleep(seconds * 1_000, signal);
      signal.throwIfAborted();
    };
    const accepted: Accepted = new Map();
    const stage = { ...options, accepted, rig, pause, judge: createJudge(rig, accepted) };
    const beginThose = async (before: string | undefined) => {
      for (const fault of options.faults)
        if (fault.beginsBefore === before) await fault.begin?.({ rig, pause });
    };
    await beginThose(undefined);
    const outcomes: Outcome[] = [];
    for (const fault of [...options.faults, ...randomPhase(options)]) {
      signal.throwIfAborted();
      await beginThose(fault.name);
      const outcome = await playFault(stage, fault);
      outcomes.push(outcome);
      say(lineOf(outcome));
      // what is broken by now would only be found again and again
      if (!isFine(outcome)) break;
    }
    return outcomes;
  } finally {
    await rig.close();
  }
};

export const isFine = (outcome: Outcome): boolean => isFlawless(outcome);

interface Stage extends ChaosOptions, Scene {
  accepted: Accepted;
  judge: Judge;
}

const playFault = async (stage: Stage, fault: Fault): Promise<Outcome> => {
  const { rig, pause, accepted, ordersPerSecond, share } = stage;
  const missing = fault.missing?.(rig);
  const { title } = fault;
  if (missing !== undefined) return { ...nothing, title, missing };
  const load = startLoad({ url: rig.url, writers, ordersPerSecond, accepted });
  let flowSeconds: number;
  try {
    await pause(calmSeconds);
    await fault.run({ rig, pause }, (fault.seconds ?? 0) * share);
    flowSeconds = await measureFlow(rig);
  } catch (error) {
    await load.stop();
    stage.signal.throwIfAborted();
    return { ...nothing, title, faults: [String(error), ...lastLines(rig)] };
  }
  const { created, errors, seconds } = await load.stop();
  await drained(rig);
  const verdict = await stage.judge.judge();
  return { title, flowSeconds, ordersPerSecond: created / seconds, errors, ...verdict };
};

const nothing = {
  ...{ flowSeconds: 0, ordersPerSecond: 0, errors: 0, faults: [] },
  ...{ events: 0, again: 0, lost: 0, outOfOrder: 0, foreign: 0 },
};

/** Faults in random order, shorter and longer, without waiting for one to be over before the next comes. */
const randomPhase = ({ random, say, share }: ChaosOptions): Fault[] => {
  if (random.seconds === 0) return [];
  const { between, pick } = createRandom(random.seed);
  const run: Fault['run'] = async (scene) => {
    const endMs = performance.now() + random.seconds * 1_000;
    while (performance.now() < endMs) {
      const fault = pick(random.from);
      const seconds = (fault.seconds ?? 0) * share * between(0.2, 0.8);
      const pauseSeconds = between(0, 2);
      if (fault.missing?.(scene.rig) !== undefined) continue;
      say(`    ${fault.title} (${seconds.toFixed(1)} s)`);
      await fault.run(scene, seconds);
      await scene.pause(pauseSeconds);
    }
  };
  const title = `${random.seconds} s of faults at random, seed ${random.seed}`;
  return [{ name: 'random', title, run }];
};

const lineOf = (outcome: Outcome): string => {
  if (outcome.missing !== undefined) return `${outcome.title}: not run, ${outcome.missing}`;
  const { title, events, lost, outOfOrder, again, flowSeconds, faults } = outcome;
  const counts = `${events} events, ${lost} lost, ${outOfOrder} out of order, ${again} again`;
  const flow = `flow back after ${flowSeconds.toFixed(1)} s`;
  return [`${title}: ${counts}, ${flow}`, ...faults.map((fault) => `  ! ${fault}`)].join('\n');
};

const lastLines = (rig: Rig): string[] =>
  [rig.loms, ...rig.publishers].flatMap((part) =>
    part
      .lines()
      .slice(-5)
      .map((line) => `${part.name}: ${line}`),
  );
