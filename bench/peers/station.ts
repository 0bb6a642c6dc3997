import { openEnvironment, type Environment } from '../outbox/environment.ts';
import type { Peer, Relay } from './peer.ts';

/** A peer with a Postgres and a Kafka of its own. */
export interface Station {
  peer: Peer;
  environment: Environment;
  relay: Relay;
  close(): Promise<void>;
}

export const openStation = async (peer: Peer): Promise<Station> => {
  const { postgresSettings = {} } = peer;
  const environment = await openEnvironment({ postgresSettings });
  try {
    const relay = await peer.setUp(environment);
    const close = async () => {
      await relay.close();
      await environment.close();
    };
    return { peer, environment, relay, close };
  } catch (error) {
    await environment.close();
    throw error;
  }
};
