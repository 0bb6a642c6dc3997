import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import {
  startTimers,
  type RunningTimers,
  type TimersOptions,
} from '#platform/messaging/timer/start-timers.ts';
import { toOutboxEvent } from './events/ship-assembled.ts';
import { buildTimer } from './store/build-timer.ts';
import { completeBuilds } from './store/complete-builds.ts';
import { finishBuilds, type FinishBuildsDeps } from './usecases/finish-builds.ts';

export interface BuildTimersOptions extends Omit<TimersOptions, 'kinds'> {
  announce: Pick<FinishBuildsDeps, 'now' | 'newEventId'>;
  /** Where the events go. */
  topic: string;
  /** Called after each commit that put events into the outbox. */
  wakePublisher: () => void;
}

const batchSize = 200;
const gatherMs = 20;

/** Ends builds whose time is over: build, timer and event in one transaction. */
export const startBuildTimers = (options: BuildTimersOptions): RunningTimers =>
  startTimers({ ...options, kinds: { [buildTimer]: buildTimers(options) } });

const buildTimers = ({ announce, topic, schema, wakePublisher }: BuildTimersOptions): TimerKind => {
  type Headers = Readonly<Record<string, string>>;
  const finishIn = (tx: Transaction, headersOf: ReadonlyMap<string, Headers>) =>
    finishBuilds({
      ...announce,
      completeBuilds: completeBuilds(tx.client),
      announce: (builds) =>
        appendToOutbox(
          tx,
          schema,
          builds.map((build) => toOutboxEvent(build, topic, headersOf.get(build.orderId) ?? {})),
        ),
    });
  return {
    ...{ batchSize, gatherMs },
    afterCommit: wakePublisher,
    handle: (tx, timers) => {
      const headersOf = new Map(timers.map(({ key, payload }) => [key, payload as Headers]));
      return finishIn(tx, headersOf)([...headersOf.keys()]);
    },
  };
};
