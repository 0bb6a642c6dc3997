export interface KafkaSettings {
  dataDir: string;
  port: number;
  controllerPort: number;
  /** A second door, for clients that reach the broker by another port than its own, e.g. through a proxy. */
  proxied?: { port: number; advertisedPort: number };
}

/** The broker's settings: one node that is its own controller, made small, and quick to settle. */
export const kafkaProperties = (options: KafkaSettings): string => {
  const { dataDir, port, controllerPort, proxied } = options;
  const at = (name: string, number: number) => `${name}://127.0.0.1:${number}`;
  const doors = [at('PLAINTEXT', port), ...(proxied ? [at('PROXIED', proxied.port)] : [])];
  const told = [at('PLAINTEXT', port), ...(proxied ? [at('PROXIED', proxied.advertisedPort)] : [])];
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: [...doors, at('CONTROLLER', controllerPort)].join(','),
    'advertised.listeners': told.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': `${dataDir}/data`,

    // Topics are made by deploy/create-topics.ts; a typing error must not make one.
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,

    // A new group starts in 0.2 s instead of 3 s.
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 2,
    'group.min.session.timeout.ms': 1000,
    // After kill -9 the same broker is let back in after 3.5 s instead of 11 s.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,

    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.segment.bytes': 67_108_864,
    'num.network.threads': 2,
    'num.io.threads': 4,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
};
