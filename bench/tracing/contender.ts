import { runTied } from '../../deploy/local/run-tied.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import type { Environment } from '../outbox/environment.ts';
import { startPublisher } from '../outbox/publisher.ts';
import type { Called } from '../send-steadily.ts';

/** CPU seconds of the two services. */
export interface Cpu {
  loms: number;
  publisher: number;
}

/** A loms and a publisher on a database of their own, which run until `stop`. */
export interface Contender {
  /** Places orders at a steady rate; rejects when one of them fails. */
  place(seconds: number, perSecond: number): Promise<void>;
  /** What they have used since they were started. */
  cpu(): Promise<Cpu>;
  stop(): Promise<void>;
}

/** Starts them with these settings, on a copy of the environment's database. */
export const startContender = async (
  environment: Environment,
  database: string,
  settings: Record<string, string>,
): Promise<Contender> => {
  const { pathname } = new URL(environment.adminUrl);
  await environment.query(`CREATE DATABASE ${database} TEMPLATE ${pathname.slice(1)}`);
  const urlFor = (role: string) => {
    const url = new URL(environment.urlFor(role));
    url.pathname = database;
    return url.href;
  };
  const TOPICS_FILE = 'deploy/topics.yaml';
  const publisher = await startPublisher({ ...environment, urlFor }, { TOPICS_FILE, ...settings });
  const env = { DATABASE_URL: urlFor('loms'), LOG_LEVEL: 'info', ...settings };
  const { process: loms } = await untilReady(launchService('loms', env));
  const port = await portOf(loms, 'gRPC is open');
  return {
    place: async (seconds, perSecond) => {
      const args = [port, seconds, perSecond].map(String);
      const printed = await runTied(process.execPath, ['bench/place-orders.ts', ...args]);
      const { failures, failure } = JSON.parse(printed) as Called;
      if (failures > 0) throw new Error(`${failures} orders failed: ${failure}`);
    },
    cpu: async () => ({
      loms: await cpuSeconds(loms.pid),
      publisher: await cpuSeconds(publisher.pid),
    }),
    stop: async () => {
      await Promise.all([loms.stop(), publisher.stop()]);
    },
  };
};
