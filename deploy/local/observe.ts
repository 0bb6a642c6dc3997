// `make observe` and, with --off, `make observe-down`: turns metrics, dashboards, alerts, traces and logs on or off
// in the system that runs.
import { setTimeout as delay } from 'node:timers/promises';
import { ensureObservePrograms } from './observe-programs.ts';
import { environmentOf } from './environment.ts';
import { leaveWhenIdle } from './leave-when-idle.ts';
import { observeParts, observeSettingsOf, type ObserveSettings } from './observe-parts.ts';
import { observeSummary } from './observe-summary.ts';
import { sendRequest } from './observe-request.ts';
import { preflight } from './preflight.ts';
import { findLiveRun, type RunState } from './run-state.ts';
import { loadSettings, type LocalSettings } from './settings.ts';
import { topologyOf } from './topology.ts';
import { ensureZipkin } from './zipkin.ts';

const say = (line: string) => console.log(line);

const turnOn = async (settings: LocalSettings): Promise<void> => {
  const live = findLiveRun(settings.INORDER_HOME);
  if (live === undefined)
    throw new Error('inorder is not up, so that there is nothing to observe: make up first.');
  // Where it is on already, its ports are those that it was turned on with.
  const wanted = live.observed ?? observeSettingsOf(settings, 'on');
  const all = { ...settings, ...wanted };
  if (await prepare(all, live)) say(beginning(all));
  await ask(settings.INORDER_HOME, live, wanted);
  say(observeSummary(all));
};

const turnOff = async (settings: LocalSettings): Promise<void> => {
  const live = findLiveRun(settings.INORDER_HOME);
  if (live?.observed === undefined) {
    say('Nothing is observed: nothing to stop.');
    return;
  }
  say('The services start again, one after the other, without traces; then the rest stops …');
  await ask(settings.INORDER_HOME, live, observeSettingsOf(settings, 'off'));
  say('Nothing is observed any more; what was collected stays until make reset.');
};

const beginning = (settings: LocalSettings): string =>
  settings.OTEL_TRACES_EXPORTER === 'none'
    ? 'Starting what observes; then the services start again, one after the other, so that they send traces. What they have accepted stays …'
    : 'Starting what observes …';

/**
 * Fetches and builds what is missing, and checks settings and ports, before anything is changed. Returns whether
 * something is to be started.
 */
const prepare = async (settings: LocalSettings, live: RunState): Promise<boolean> => {
  const observing = observeParts(settings);
  await ensureObservePrograms({ say });
  if (observing.some(({ name }) => name === 'zipkin')) await ensureZipkin({ say });
  for (const part of topologyOf(settings)) if (part.kind === 'service') environmentOf(part);
  const runs = new Set(live.parts.flatMap(({ name, pid }) => (pid === undefined ? [] : [name])));
  const missing = observing.filter(({ name }) => !runs.has(name));
  await preflight(missing, settings, 'make observe');
  return missing.length > 0;
};

/** Waits until the supervisor has done it, and says what has become ready meanwhile. */
const ask = async (home: string, live: RunState, wanted: ObserveSettings): Promise<void> => {
  const request = sendRequest(home, live.supervisor, wanted);
  const seen = new Map(live.parts.map(({ name, pid }) => [name, pid]));
  for (;;) {
    const now = findLiveRun(home);
    if (now?.supervisor !== live.supervisor) throw new Error('inorder has ended meanwhile.');
    for (const { name, state, pid } of now.parts) {
      if (state !== 'ready' || seen.get(name) === pid) continue;
      seen.set(name, pid);
      say(`${name} ready`);
    }
    if (now.answered?.request === request) {
      if (now.answered.problem === undefined) return;
      throw new Error(
        `${now.answered.problem}\nThe rest runs without it; make observe tries again.`,
      );
    }
    await delay(100);
  }
};

leaveWhenIdle();
const turn = process.argv.includes('--off') ? turnOff : turnOn;
await Promise.resolve()
  .then(() => turn(loadSettings(process.env)))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? `\n${error.message}` : error);
    process.exitCode = 1;
  });
