import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import { buildTimer } from '../store/build-timer.ts';
import { completeBuilds, type CompleteBuildsDeps } from '../store/complete-builds.ts';

export interface BuildTimersOptions {
  announce: Pick<CompleteBuildsDeps, 'now' | 'newEventId'>;
  /** The topic to which the events are published. */
  topic: string;
  /** Called after each commit that wrote events to the outbox. */
  wakePublisher: () => void;
}

const batchSize = 200;
const lingerMs = 20;

/** Finishes builds that are due: build, timer and event are written in one transaction. */
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
