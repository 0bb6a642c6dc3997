// `make bench-pvz`: AcceptOrder beside pgbench of the same statement, the import of files, and the way of an event to
// the notifier's line.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { launchService, portOf, untilReady } from '../testing/services/start-service.ts';
import { createTopics } from './create-topics.ts';
import type { Figure } from './outbox/bench.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import { startPublisher } from './outbox/publisher.ts';
import { compareAccept } from './pvz/accept.ts';
import { measureImport } from './pvz/import.ts';
import { measureLive } from './pvz/live.ts';
import { reportFigures } from './report-figures.ts';

const measureAll = async (environment: Environment): Promise<Figure[]> => {
  const env = { DATABASE_URL: environment.urlFor('pvz'), RATE_LIMIT: '0', LOG_LEVEL: 'info' };
  const pvz = launchService('pvz', env);
  await untilReady(pvz);
  const httpPort = await portOf(pvz, 'HTTP is open');
  console.log('AcceptOrder …');
  const accept = await compareAccept(environment, await portOf(pvz, 'gRPC is open'));
  console.log('import …');
  const imported = await measureImport(pvz, httpPort);
  // what the measurements above have left is not sent: only the last figure is about the publisher
  await environment.query('TRUNCATE pvz.outbox');
  console.log('live …');
  await createTopics(environment.brokers);
  const settings = { OUTBOX_SOURCES: 'pvz', TOPICS_FILE: 'deploy/topics.yaml' };
  const publisher = await startPublisher(environment, settings);
  const live = await measureLive(environment, httpPort);
  await Promise.all([publisher.stop(), pvz.stop()]);
  return [...accept, ...imported, ...live];
};

const measure = async (): Promise<Figure[]> => {
  const environment = await openEnvironment();
  try {
    return await measureAll(environment);
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `AcceptOrder: 5 s in turn with pgbench, 5 rounds; the ratio is the median of the rounds' ratios. The load
generator of pvz is a Node process on the same machine, pgbench one in C: what it costs more is at the expense of pvz.
pgbench: -M prepared, the statement as pvz sends it for one order, with other ids; pvz
puts orders that come at once into one statement. Import: one upload after
the other, nothing else runs; memory is VmRSS. Live: from \`created_at\` of the event, which is before the commit, to
the time of the notifier's line. Postgres writes to disk in earnest; what was accepted is counted in the tables.`;
await reportFigures({ name: 'pvz', figures, notes, startedMs });
