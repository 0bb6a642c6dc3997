import { cpuSeconds } from './cpu.ts';
import type { Environment } from './environment.ts';
import { fillOutbox } from './fill.ts';
import { startPublisher, waitUntilSent } from './publisher.ts';

export interface Drain {
  eventsPerSecond: number;
  publisherCpuPer100k: number;
  postgresCpuPer100k: number;
}

/** How fast one publisher sends a backlog, from the first row sent to the last. */
export const measureDrain = async (
  environment: Environment,
  rows: number,
  series: number,
): Promise<Drain> => {
  await fillOutbox(environment, rows, series);
  await environment.query('VACUUM ANALYZE loms.outbox');
  await environment.query('CHECKPOINT');
  const postgresBefore = await cpuSeconds(environment.postgresPid);
  const publisher = await startPublisher(environment);
  const publisherBefore = await cpuSeconds(publisher.pid);
  await waitUntilSent(environment, 120_000);
  const publisherCpu = (await cpuSeconds(publisher.pid)) - publisherBefore;
  const postgresCpu = (await cpuSeconds(environment.postgresPid)) - postgresBefore;
  await publisher.stop();
  const [took] = await environment.query<{ seconds: number }>(
    `SELECT extract(epoch FROM max(sent_at) - min(sent_at))::float8 AS seconds
       FROM loms.outbox WHERE length(key) = 7 AND left(key, 1) = $1`,
    [String(series + 1)],
  );
  return {
    eventsPerSecond: rows / (took?.seconds ?? NaN),
    publisherCpuPer100k: (publisherCpu * 100_000) / rows,
    postgresCpuPer100k: (postgresCpu * 100_000) / rows,
  };
};
