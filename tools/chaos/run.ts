import { sleep } from '#platform/base/sleep.ts';
import type { Fault, Scene } from './fault.ts';
import { createRandom } from './random.ts';
import type { AnyRig, Rig } from './rig.ts';
import { isFlawless, type ChaosSystem, type Play, type Verdict } from './system.ts';

export interface ChaosOptions<R extends AnyRig = Rig> {
  system: ChaosSystem<R>;
  faults: readonly Fault<R>[];
  /** The faults that the random phase chooses from, and its duration in seconds; 0 means no random phase. */
  random: { from: readonly Fault<R>[]; seconds: number; seed: number };
  /** How long a fault lasts, as a share of its usual duration. */
  share: number;
  ordersPerSecond: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** The outcome of one fault. */
export interface Outcome extends Verdict {
  title: string;
  /** The reason why it was not run, if it was not. */
  missing?: string;
  /** Seconds from the end of the fault until fresh orders were completely processed. */
  flowSeconds: number;
  /** Seconds from the end of the load until everything begun was done. */
  settleSeconds: number;
  ordersPerSecond: number;
  /** The number of calls that failed. */
  errors: number;
}

const calmSeconds = 1;

/** Starts a system, injects the faults one after the other, checks it after each, and stops it. */
export const runChaos = async <R extends AnyRig>(options: ChaosOptions<R>): Promise<Outcome[]> => {
  const { system, signal, say } = options;
  say(`starting ${system.servers ?? 'Postgres, Kafka'}, ${system.processes} …`);
  const rig = await system.start();
  try {
    const pause = async (seconds: number) => {
      await sleep(seconds * 1_000, signal);
      signal.throwIfAborted();
    };
    const stage = { ...options, rig, pause, play: system.play(rig) };
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
      // the same damage would only be found again after each further fault
      if (!isFine(outcome)) break;
    }
    return outcomes;
  } finally {
    await rig.close();
  }
};

export const isFine = (outcome: Outcome): boolean => isFlawless(outcome);

interface Stage<R extends AnyRig> extends ChaosOptions<R>, Scene<R> {
  play: Play;
}

const playFault = async <R extends AnyRig>(stage: Stage<R>, fault: Fault<R>): Promise<Outcome> => {
  const { rig, pause, play, share } = stage;
  const { name, title } = fault;
  const missing = fault.missing?.(rig);
  if (missing !== undefined) return { ...nothing, title, missing };
  const load = play.startLoad(stage.ordersPerSecond);
  try {
    await pause(calmSeconds);
    await fault.run({ rig, pause }, (fault.seconds ?? 0) * share);
    const flowSeconds = await play.measureFlow();
    const { created, errors, seconds } = await load.stop();
    const stoppedMs = performance.now();
    await play.drain();
    const settleSeconds = (performance.now() - stoppedMs) / 1_000;
    const counts = { flowSeconds, settleSeconds, ordersPerSecond: created / seconds, errors };
    return { title, ...counts, ...(await play.judge(name)) };
  } catch (error) {
    await load.stop();
    stage.signal.throwIfAborted();
    return { ...nothing, title, faults: [String(error), ...lastLines(rig)] };
  }
};

const nothing = {
  flowSeconds: 0,
  settleSeconds: 0,
  ordersPerSecond: 0,
  errors: 0,
  faults: [],
  events: 0,
  again: 0,
  lost: 0,
  outOfOrder: 0,
  foreign: 0,
};

/** Injects faults in random order and of random length, without waiting for recovery in between. */
const randomPhase = <R extends AnyRig>({ random, say, share }: ChaosOptions<R>): Fault<R>[] => {
  if (random.seconds === 0) return [];
  const { between, pick } = createRandom(random.seed);
  const run: Fault<R>['run'] = async (scene) => {
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
  const {
    title,
    events,
    lost,
    outOfOrder,
    again,
    failed = 0,
    takenBack = 0,
    flowSeconds,
    faults,
  } = outcome;
  const redriven = failed === 0 ? '' : `, ${failed} FAILED and redriven`;
  const back = takenBack === 0 ? '' : `, ${takenBack} taken back`;
  const counts = `${events} events, ${lost} lost, ${outOfOrder} out of order, ${again} again${redriven}${back}`;
  const flow = `flow back after ${flowSeconds.toFixed(1)} s`;
  return [`${title}: ${counts}, ${flow}`, ...faults.map((fault) => `  ! ${fault}`)].join('\n');
};

const lastLines = ({ parts }: AnyRig): string[] =>
  parts.flatMap((part) =>
    part
      .lines()
      .slice(-5)
      .map((line) => `${part.name}: ${line}`),
  );
