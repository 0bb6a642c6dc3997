// `make bench-outbox`: measures one publisher on servers of its own, and compares the figures with their targets.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { createBench } from './outbox/create-bench.ts';
import type { Figure } from './outbox/bench.ts';
import { cases } from './outbox/cases.ts';
import { openEnvironment } from './outbox/environment.ts';
import { historyRows } from './outbox/history.ts';
import { readOptionsOrExit, type Options } from './outbox/options.ts';
import { reportFigures } from './report-figures.ts';

const measure = async ({ only, rounds, scale }: Options): Promise<Figure[]> => {
  const environment = await openEnvironment();
  try {
    const { bench, checkFigures } = createBench({ environment, rounds, scale });
    const figures: Figure[] = [];
    for (const { name, run } of only) {
      console.log(`${name} …`);
      const startedMs = performance.now();
      figures.push(...(await run(bench)));
      console.log(`${name}: took ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
    }
    return [...figures, ...checkFigures()];
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const options = readOptionsOrExit(process.argv.slice(2));
const startedMs = performance.now();
const figures = await measure(options);
const share = options.scale === 1 ? '' : ` Only ${options.scale} of the rows that the lines name.`;
const notes = `Medians of ${options.rounds}.${share}
One publisher. The outbox holds ${historyRows} rows sent earlier; messages of 1,000 orders with 10 headers.
Rates are from the first row marked to the last. Latency is from the answer to COMMIT in the writer to the
broker's time stamp, which is of whole milliseconds: ± 0.5 ms each. CPU of Postgres is all of its processes'.`;
const isPartial = options.only.length < cases.length || options.scale < 1;
await reportFigures({ name: 'outbox', figures, notes, startedMs, isPartial });
