import { topicOf } from '#platform/messaging/topics.ts';
import { startRig, type Rig } from '../rig.ts';
import type { Part } from '../../../testing/engines/part.ts';
import { goods } from './load.ts';

export const topic = topicOf('loms.v1.OrderStatusChanged');

/** loms with two publishers and three notifiers. */
export interface LomsRig extends Rig {
  /** The HTTP URL of loms. */
  readonly url: string;
  readonly loms: Part;
  readonly notifiers: readonly Part[];
}

const replicas = ['notifier-1', 'notifier-2', 'notifier-3'];

export const startLomsRig = (): Promise<LomsRig> =>
  startRig(async ({ start, startPublishers }, { brokers, query }) => {
    // enough stock for every order
    await query(
      `INSERT INTO loms.stocks (sku, total_count, reserved)
       SELECT n, 1000000000, 0 FROM generate_series(1, $1::int) n`,
      [goods],
    );
    const loms = await start('loms', 'loms');
    await startPublishers('loms');
    const notifiers: Part[] = [];
    for (const name of replicas)
      notifiers.push(await start(name, 'notifier', { KAFKA_BROKERS: brokers, REPLICA: name }));
    return { url: loms.url, loms, notifiers };
  });
