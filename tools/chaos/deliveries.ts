import { createChecker } from '../../testing/checker/compare.ts';
import type { Stores } from './engines.ts';
import type { Verdict } from './system.ts';

export interface CheckedTopic {
  /** The schema that owns the outbox. */
  source: string;
  topic: string;
  /** The schemas of the other outboxes from which the topic is published. */
  others?: readonly string[];
}

const shown = 5;

/** Compares topics with the outboxes they are published from. Counts are those since the previous check. */
export const createDeliveryCheck = (
  { databaseUrl, brokers }: Stores,
  topics: readonly CheckedTopic[],
): (() => Promise<Verdict>) => {
  const checks = topics.map((each) => createTopicCheck({ databaseUrl, brokers, ...each }));
  return async () => {
    const verdicts: Verdict[] = [];
    for (const check of checks) verdicts.push(await check());
    const sum = (count: (verdict: Verdict) => number) =>
      verdicts.reduce((total, verdict) => total + count(verdict), 0);
    return {
      events: sum(({ events }) => events),
      again: sum(({ again }) => again),
      lost: sum(({ lost }) => lost),
      outOfOrder: sum(({ outOfOrder }) => outOfOrder),
      foreign: sum(({ foreign }) => foreign),
      faults: verdicts.flatMap(({ faults }) => faults),
    };
  };
};

const createTopicCheck = (
  options: CheckedTopic & Pick<Stores, 'databaseUrl' | 'brokers'>,
): (() => Promise<Verdict>) => {
  const checker = createChecker(options);
  let before = { events: 0, duplicates: 0, violations: 0 };
  return async () => {
    const found = await checker.check();
    const { events, duplicates, violations, lost, foreign, unsent, failed } = found;
    const verdict = {
      events: events - before.events,
      again: duplicates - before.duplicates,
      outOfOrder: violations.length - before.violations,
      lost,
      foreign,
      faults: [
        ...violations.slice(before.violations, before.violations + shown),
        ...(unsent + failed > 0 ? [`${unsent} events are not sent, ${failed} have failed`] : []),
      ],
    };
    before = { events, duplicates, violations: violations.length };
    return verdict;
  };
};
