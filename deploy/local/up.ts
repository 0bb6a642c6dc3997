// `make up`: runs the system as local processes, in the foreground, or with -d in the background until `make down`.
// With --engines (`make kafka-up`) it starts only what services need: Kafka with its topics and Postgres with its
// tables.
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '#platform/base/config-error.ts';
import { followLogs } from './follow-logs.ts';
import {
  claimRunState,
  findLiveRun,
  isAlive,
  readRunState,
  removeRunState,
  type RunState,
} from './run-state.ts';
import { answerObserve } from './answer-observe.ts';
import { observeSettingsOf } from './observe-parts.ts';
import type { Part } from './part.ts';
import { leaveWhenIdle } from './leave-when-idle.ts';
import { loadSettings, type LocalSettings } from './settings.ts';
import { logFileOf } from './start-part.ts';
import { startInBackground } from './start-in-background.ts';
import { engineSummary, summary } from './summary.ts';
import { seconds } from './part-runner.ts';
import { createSupervisor } from './supervisor.ts';
import { topologyOf } from './topology.ts';

const startedAt = performance.now();
const say = (line: string) => console.log(line);
const isDetached = process.argv.includes('--detached');
const isEnginesOnly = process.argv.includes('--engines');

const main = async (): Promise<number> => {
  const settings = loadSettings(process.env);
  mkdirSync(settings.INORDER_HOME, { recursive: true });
  const live = findLiveRun(settings.INORDER_HOME);
  if (live) return sayWhatRuns(live, topologyOf(settings));
  if (process.argv.includes('-d'))
    return startInBackground(settings, isEnginesOnly ? ['--engines'] : []);
  await waitForOrphans(settings.INORDER_HOME);
  const parts = partsOf(settings);
  const state: RunState = {
    supervisor: process.pid,
    isReady: false,
    parts: parts.map(({ name }) => ({ name, state: 'waiting', restarts: 0 })),
    observed: settings.OBSERVE === 'on' ? observeSettingsOf(settings, 'on') : undefined,
  };
  if (!claimRunState(settings.INORDER_HOME, state)) throw new Error('Another make up is at it.');
  try {
    return await supervise(parts, settings, state);
  } finally {
    removeRunState(settings.INORDER_HOME);
  }
};

/** Says what is up already. The engines alone, of `make kafka-up`, are less than `make up` is asked for. */
const sayWhatRuns = ({ supervisor, parts }: RunState, all: readonly Part[]): number => {
  const services = all.filter(({ kind }) => kind === 'service').map(({ name }) => name);
  if (isEnginesOnly || parts.some(({ name }) => services.includes(name))) {
    say(`inorder is already up (supervisor pid ${supervisor}): make ps, make logs, make down`);
    return 0;
  }
  say(
    `Only the engines are up (make kafka-up, supervisor pid ${supervisor}), and no service. ` +
      'Start one with make run s=NAME, or all with make down and then make up.',
  );
  return 1;
};

const partsOf = (settings: LocalSettings): Part[] =>
  topologyOf(settings).filter(({ kind }) => !isEnginesOnly || kind !== 'service');

const supervise = async (
  parts: readonly Part[],
  settings: LocalSettings,
  state: RunState,
): Promise<number> => {
  const supervisor = createSupervisor({ parts, settings, state, say });
  const asked = Promise.withResolvers<undefined>();
  const onSignal = () => {
    say('stopping …');
    for (const signal of stopSignals) process.off(signal, onSignal).on(signal, forceEnd);
    asked.resolve(undefined);
  };
  const forceEnd = () => {
    supervisor.kill();
    removeRunState(settings.INORDER_HOME);
    process.exit(1);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  const logs = new AbortController();
  let exitCode = 0;
  const files = new Map(parts.map(({ name }) => [name, logFileOf(settings, name)]));
  const isUp = supervisor.start().then(() => {
    say((isEnginesOnly ? engineSummary : summary)(settings, seconds(startedAt)));
    supervisor.startAside();
  });
  answerObserve({ settings, state, isUp, partsOf, change: supervisor.change, say });
  const started = isUp.then(() => {
    if (!isDetached) return followLogs({ files, backlogBytes: 16_384, signal: logs.signal });
    return undefined;
  });
  await Promise.race([asked.promise, started.then(() => asked.promise)]).catch((error: unknown) => {
    exitCode = tell(error);
  });
  const stoppedAt = performance.now();
  await supervisor.stop();
  logs.abort();
  await started.catch(() => undefined); // the error has been reported above, or the start was aborted on purpose
  say(`inorder is down (${seconds(stoppedAt)}); the data stay in ${settings.INORDER_HOME}`);
  return exitCode;
};

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Waits for the processes of a killed supervisor to end; until then they hold ports and data. */
const waitForOrphans = async (home: string): Promise<void> => {
  const left = readRunState(home);
  if (left === undefined) return;
  const pids = left.parts.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  for (let tries = 0; tries < 100 && pids.some(isAlive); tries += 1) await delay(100);
  removeRunState(home);
};

const tell = (error: unknown): number => {
  console.error(error instanceof Error ? `\n${error.message}\n` : error);
  return 1;
};

leaveWhenIdle();
process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof Error || error instanceof ConfigError)) throw error;
  return tell(error);
});
