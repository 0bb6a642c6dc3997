import { join } from 'node:path';
import { startKafka } from '../../deploy/local/kafka.ts';
import { createClusterId } from '../../deploy/local/kafka-format.ts';
import { findFreePort } from '../free-port.ts';
import { startServer, type Server } from './part.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** One broker of a cluster. Clients reach it through its proxy; the other brokers reach it directly. */
export interface ClusterBroker {
  /** The broker's node id in the metadata of Kafka. */
  readonly nodeId: number;
  readonly server: Server;
  readonly proxy: Proxy;
}

/** Three real brokers that are also controllers, with three replicas of each partition. */
export interface KafkaCluster {
  readonly nodes: readonly ClusterBroker[];
  /**
   * The addresses for clients, through the proxies. What one proxy does to its connections does not affect the
   * clients of other brokers.
   */
  readonly proxied: string;
  /** The addresses past the proxies, for tests that check the result of a fault. */
  readonly direct: string;
  close(): Promise<void>;
}

/** Starts three brokers below a folder; their data are disposable. */
export const startKafkaCluster = async (folder: string): Promise<KafkaCluster> => {
  const plans = await Promise.all([1, 2, 3].map(planBroker));
  const controllers = plans.map(({ nodeId, controllerPort }) => ({ nodeId, controllerPort }));
  const clusterId = createClusterId();
  const started: Server[] = [];
  const close = async () => {
    await Promise.all(started.map((server) => server.kill('SIGKILL')));
    await Promise.all(plans.map(({ proxy }) => proxy.close()));
  };
  // A broker is ready only when most of the controllers are, so they must be started together.
  const nodes = await Promise.allSettled(
    plans.map(async ({ nodeId, port, controllerPort, proxiedPort, proxy }) => {
      const server = await startServer(() =>
        startKafka({
          dataDir: join(folder, `kafka-${nodeId}`),
          logFile: join(folder, `kafka-${nodeId}.log`),
          port,
          controllerPort,
          proxied: { port: proxiedPort, advertisedPort: proxy.port },
          cluster: { clusterId, nodeId, controllers },
          isThrowAway: true,
        }),
      );
      started.push(server);
      return { nodeId, server, proxy };
    }),
  );
  const failed = nodes.find((node) => node.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return {
    nodes: nodes.flatMap((node) => (node.status === 'fulfilled' ? [node.value] : [])),
    proxied: plans.map(({ proxy }) => `127.0.0.1:${proxy.port}`).join(','),
    direct: plans.map(({ port }) => `127.0.0.1:${port}`).join(','),
    close,
  };
};

const planBroker = async (nodeId: number) => {
  const proxiedPort = await findFreePort();
  return {
    nodeId,
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    proxiedPort,
    proxy: await startProxy(proxiedPort),
  };
};
