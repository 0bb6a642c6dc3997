import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import { buildTimer } from '../store/build-timer.ts';
import { completeBuilds, type CompleteBuildsDeps } from '../store/complete-builds.ts';

export interface BuildTimersOptions {
  announce: Pick<CompleteBuildsDeps, 'now' | 'newEventId'>;
  /** Where the events go. */
  topic: string;
  /** Called after each commit that put events into the outbox. */
  wakePublisher: () => void;
}

const batchSize = 200;
const lingerMs = 20;

/** Ends builds whose time is over: build, timer and event in one transaction. */
export const buildTimers = (options: BuildTimersOptions): Record<string, TimerKind> => ({
  [buildTimer]: endBuilds(options),
});

const endBuilds = ({ announce, topic, wakePublisher }: BuildTimersOptions): TimerKind => {
  type Headers = Readonly<Record<string, string>>;
  const complete = completeBuilds({ ...announce, topic });
  return {
    batchSize,
    lingerMs,
    afterCommit: wakePublisher,
    handle: (tx, timers) =>
      complete(tx, new Map(timers.map(({ key, payload }) => [key, payload as Headers]))),
  };
};
