import { startProcess } from '../../testing/engines/process.ts';
import type { Peer } from './peer.ts';
import { createProcessRelay } from './process-relay.ts';

/** The relay in naive.ts. */
export const naive: Peer = {
  letter: 'b',
  name: 'naive loop',
  settings:
    'bench/peers/naive.ts: every second SELECT … WHERE sent_at IS NULL ORDER BY seq LIMIT 100 (on an index of ' +
    'its own), one kafkajs send (acks all) and one UPDATE for each row.',
  load: { drainRows: 1_500, livePerSecond: 50, crashRows: 600, crashPerSecond: 20 },
  setUp: async (environment) => {
    await environment.query('CREATE INDEX naive ON loms.outbox (seq) WHERE sent_at IS NULL');
    return createProcessRelay(async () => {
      const relay = startProcess({
        name: 'naive relay',
        entry: 'bench/peers/naive.ts',
        args: [environment.urlFor('publisher'), environment.brokers],
        env: {},
      });
      await relay.waitForLine((line) => line === 'relaying');
      return relay;
    });
  },
};
