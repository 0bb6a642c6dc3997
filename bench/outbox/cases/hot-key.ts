import type { BenchCase } from '../bench.ts';
import { fillOutbox } from '../fill.ts';
import { atLeast, plain } from '../figures.ts';
import { median } from '../statistics.ts';

const backlogRows = 40_000;

/** All rows belong to one order, so to one bucket and one partition; compared with as many rows of 1,000 orders. */
export const hotKeyCase: BenchCase = {
  name: 'hot-key',
  about: 'a backlog of one order, beside as many rows of 1,000 orders',
  run: async ({ drain, environment, rounds, scaled, say }) => {
    const rows = scaled(backlogRows);
    const measure = async (keys: number): Promise<number> =>
      (await drain({ rows, fill: (topic) => fillOutbox(environment, { topic, rows, keys }) }))
        .eventsPerSecond;
    const spread: number[] = [];
    const hot: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      say(`round ${round} of ${rounds}`);
      spread.push(await measure(1_000));
      hot.push(await measure(1));
    }
    return [
      plain('40,000 rows of 1,000 orders: events/s', median(spread)),
      plain('40,000 rows of one order: events/s', median(hot)),
      atLeast(plain('one hot order: ratio', median(hot) / median(spread), 2), 0.8),
    ];
  },
};
