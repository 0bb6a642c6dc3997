import { waitFor } from '../../../testing/wait-for.ts';
import type { StartedPart } from '../parts.ts';
import type { ClusterRig } from './rig.ts';

// much longer than needed: each check runs at least every few seconds
const limitMs = 60_000;
const askLimitMs = 5_000;

/** What a process answers on /readyz. */
const ask = async ({ url }: StartedPart): Promise<{ ready: boolean; words: string }> => {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(askLimitMs) });
  return { ready: answer.ok, words: await answer.text() };
};

/** Resolves when each of these processes has reported that it is not ready, and why. */
export const untilNotReady = (
  rig: ClusterRig,
  services: readonly string[],
  why: RegExp,
): Promise<void> =>
  untilEach(rig, services, {
    what: `not ready, and ${String(why)}`,
    isSo: ({ ready, words }) => !ready && why.test(words),
  });

/** Resolves when each of these processes reports the problem while staying ready. */
export const untilReported = (
  rig: ClusterRig,
  services: readonly string[],
  report: RegExp,
): Promise<void> =>
  untilEach(rig, services, {
    what: `ready, and ${String(report)}`,
    isSo: ({ ready, words }) => ready && report.test(words),
  });

interface Saying {
  what: string;
  isSo: (answer: { ready: boolean; words: string }) => boolean;
}

const untilEach = async (
  { parts }: ClusterRig,
  services: readonly string[],
  saying: Saying,
): Promise<void> => {
  await Promise.all(
    parts.filter(isOneOf(services)).map((part) => {
      let last = 'nothing';
      const hasSaidSo = async () => {
        const answer = await ask(part);
        last = answer.words;
        return saying.isSo(answer);
      };
      const what = `${part.name} to say: ${saying.what}`;
      return waitFor(hasSaidSo, { what, timeoutMs: limitMs, intervalMs: 100 }).catch(
        (error: unknown) => {
          throw new Error(`${String(error)}; it said: ${last}`, { cause: error });
        },
      );
    }),
  );
};

/** Describes what is not ready although all faults are over. */
export const findNotReady = async ({ parts }: ClusterRig): Promise<string[]> => {
  const found = await Promise.all(
    parts.map(async (part) => {
      let last = '';
      const isReady = async () => {
        const { ready, words } = await ask(part);
        last = words;
        return ready;
      };
      return waitFor(isReady, { what: part.name, timeoutMs: limitMs, intervalMs: 100 }).then(
        () => undefined,
        () => `${part.name} is still not ready: ${last}`,
      );
    }),
  );
  return found.filter((fault) => fault !== undefined);
};

/** Whether the part is a replica of one of these services, or one of these replicas. */
const isOneOf =
  (services: readonly string[]) =>
  ({ name }: StartedPart): boolean =>
    services.some((service) => name === service || name.replace(/-\d$/, '') === service);
