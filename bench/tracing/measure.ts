import { runTied } from '../../deploy/local/run-tied.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import type { Environment } from '../outbox/environment.ts';
import { startPublisher } from '../outbox/publisher.ts';

/** CPU milliseconds for one order. */
export interface CpuOfOrder {
  loms: number;
  publisher: number;
}

export interface OrderLoad {
  perSecond: number;
  seconds: number;
  /** The load before, which is not counted. */
  warmUpSeconds: number;
}

/** Starts loms and a publisher with these settings, and measures what orders cost them. */
export const measureOrders = async (
  environment: Environment,
  settings: Record<string, string>,
  { perSecond, seconds, warmUpSeconds }: OrderLoad,
): Promise<CpuOfOrder> => {
  const TOPICS_FILE = 'deploy/topics.yaml';
  const publisher = await startPublisher(environment, { TOPICS_FILE, ...settings });
  const env = { DATABASE_URL: environment.urlFor('loms'), LOG_LEVEL: 'info', ...settings };
  const { process: loms } = await untilReady(launchService('loms', env));
  const port = await portOf(loms, 'gRPC is open');
  const place = (forSeconds: number) =>
    runTied(process.execPath, [
      'bench/place-orders.ts',
      ...[port, forSeconds, perSecond].map(String),
    ]);
  const look = () => Promise.all([cpuSeconds(loms.pid), cpuSeconds(publisher.pid)]);
  try {
    await place(warmUpSeconds);
    const [lomsBefore, publisherBefore] = await look();
    await place(seconds);
    const [lomsAfter, publisherAfter] = await look();
    const orders = perSecond * seconds;
    return {
      loms: ((lomsAfter - lomsBefore) * 1_000) / orders,
      publisher: ((publisherAfter - publisherBefore) * 1_000) / orders,
    };
  } finally {
    await Promise.all([loms.stop(), publisher.stop()]);
  }
};
