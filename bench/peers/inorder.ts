import { startPublisher } from '../outbox/publisher.ts';
import type { Peer } from './peer.ts';
import { createProcessRelay } from './process-relay.ts';

/** This project's publisher with its default settings. */
export const inorder: Peer = {
  letter: 'a',
  name: 'inorder',
  settings: 'services/outbox-publisher, one process, all settings as they come.',
  load: { livePerSecond: 500, crashRows: 60_000, crashPerSecond: 200 },
  setUp: (environment) => Promise.resolve(createProcessRelay(() => startPublisher(environment))),
};
