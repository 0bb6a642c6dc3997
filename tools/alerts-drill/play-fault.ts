import { waitFor } from '../../testing/wait-for.ts';
import type { Fault } from './fault.ts';
import type { Rig } from './rig.ts';

/** What became of one alert of a fault. */
export interface Outcome {
  alert: string;
  /** The sentence of the alert. */
  summary: string;
  firedAfterSeconds: number;
  clearedAfterSeconds: number;
}

// Everything is scraped and looked at within seconds, but a machine may be slow.
const limitMs = 180_000;

/**
 * Begins the fault, waits until each of its alerts fires, ends it, and waits until each has cleared. Rejects when one
 * was firing before, does not fire, or does not clear; the fault is ended in any case.
 */
export const playFault = async (rig: Rig, { alerts, begin }: Fault): Promise<Outcome[]> => {
  const names = Object.keys(alerts);
  const find = async (alert: string) =>
    (await rig.alerts()).find(
      ({ name, labels }) =>
        name === alert &&
        Object.entries(alerts[alert] ?? {}).every(([label, value]) => labels[label] === value),
    );
  const isQuiet = async (alert: string) => (await find(alert)) === undefined;
  for (const alert of names)
    await waitFor(() => isQuiet(alert), { what: `${alert} to be quiet`, timeoutMs: limitMs });
  const startedMs = performance.now();
  const end = await begin(rig);
  const fired = names.map(async (alert) => {
    const isFiring = async () => {
      const found = await find(alert);
      return found?.state === 'firing' && found;
    };
    const what = `${alert} to fire`;
    const { summary } = await waitFor(isFiring, { what, timeoutMs: limitMs, intervalMs: 200 });
    return { alert, summary, firedAfterSeconds: (performance.now() - startedMs) / 1_000 };
  });
  const settled = await Promise.allSettled(fired);
  const endedMs = performance.now();
  await end();
  for (const each of settled) if (each.status === 'rejected') throw each.reason;
  return Promise.all(
    (await Promise.all(fired)).map(async (outcome) => {
      const what = `${outcome.alert} to clear`;
      await waitFor(() => isQuiet(outcome.alert), { what, timeoutMs: limitMs, intervalMs: 200 });
      return { ...outcome, clearedAfterSeconds: (performance.now() - endedMs) / 1_000 };
    }),
  );
};
