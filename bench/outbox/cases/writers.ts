import type { BenchCase } from '../bench.ts';
import { atMost, plain } from '../figures.ts';
import { fillOutbox } from '../fill.ts';
import { runWriters } from '../writers.ts';
import { backlogRows } from './drain.ts';

// overlapping transactions commit out of order, which makes a naive cursor skip events
const perSecond = 500;
const holdMs = 10;

/** The backlog drains while four writers keep adding to the outbox. */
export const writersCase: BenchCase = {
  name: 'writers',
  about: 'a backlog with four writers at work meanwhile: nothing lost',
  run: async ({ drain, environment, scaled }) => {
    const rows = scaled(backlogRows);
    const { eventsPerSecond, checked } = await drain({
      rows,
      fill: (topic) => fillOutbox(environment, { topic, rows }),
      meanwhile: (topic, signal) => runWriters(environment, { topic, perSecond, holdMs, signal }),
    });
    return [
      plain('four writers meanwhile: events/s', eventsPerSecond),
      plain('four writers meanwhile: events of theirs', checked.expected - rows),
      atMost(plain('four writers meanwhile: lost', checked.lost), 0),
      atMost(plain('four writers meanwhile: out of order', checked.violations.length), 0),
    ];
  },
};
