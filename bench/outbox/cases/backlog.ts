import type { BenchCase } from '../bench.ts';
import { fillOutbox } from '../fill.ts';
import { atLeast, atMost, plain } from '../figures.ts';
import { median } from '../statistics.ts';

const backlogRows = 1_000_000;

/** A large backlog: neither the rate nor the memory may depend on its size. */
export const backlogCase: BenchCase = {
  name: 'backlog',
  about: 'a backlog of 1,000,000 rows: rate, and memory over time',
  run: async ({ drain, environment, scaled, usualRate }) => {
    const usual = await usualRate();
    const rows = scaled(backlogRows);
    const { eventsPerSecond, memory } = await drain({
      rows,
      fill: (topic) => fillOutbox(environment, { topic, rows }),
    });
    const quarter = (n: number) => Math.floor((memory.samples.length * n) / 4);
    const second = median(memory.samples.slice(quarter(1), quarter(2)));
    const last = median(memory.samples.slice(quarter(3)));
    return [
      plain('1,000,000 rows: events/s', eventsPerSecond),
      atLeast(plain('1,000,000 rows: ratio', eventsPerSecond / usual, 2), 0.8),
      plain('1,000,000 rows: memory in the second quarter of the time, MiB', second),
      plain('1,000,000 rows: in the last quarter, MiB', last),
      // memory is flat, except for garbage that has not been collected yet
      atMost(plain('1,000,000 rows: last to second quarter', last / second, 2), 1.15),
      atMost(plain('1,000,000 rows: at most, MiB', memory.peak), 350),
    ];
  },
};
