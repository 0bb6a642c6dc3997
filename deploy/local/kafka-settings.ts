export interface KafkaSettings {
  dataDir: string;
  port: number;
  controllerPort: number;
  /** A second listener for clients that reach the broker through another port, e.g. a proxy. */
  proxied?: { port: number; advertisedPort: number };
  /** A third listener with TLS and with user name and password, by PLAIN or SCRAM. */
  secured?: SecuredListener;
  /** This broker's place in a cluster in which each broker is a controller, too. Absent for a single broker. */
  cluster?: ClusterPlace;
}

/** Which broker of a cluster this one is. */
export interface ClusterPlace {
  /** The cluster's id, the same for all brokers: 22 characters of base64url. */
  clusterId: string;
  nodeId: number;
  /** All brokers of the cluster, including this one. */
  controllers: readonly { nodeId: number; controllerPort: number }[];
}

export interface SecuredListener {
  port: number;
  /** The path of a PEM file with the broker's key and certificate. */
  keystore: string;
  username: string;
  password: string;
}

/** The properties of a broker that is also a controller. It is kept small and settles quickly. */
export const kafkaProperties = (options: KafkaSettings): string => {
  const { dataDir, port, controllerPort, proxied, secured, cluster } = options;
  const { nodeId, controllers } = cluster ?? {
    nodeId: 1,
    controllers: [{ nodeId: 1, controllerPort }],
  };
  const at = (name: string, number: number) => `${name}://127.0.0.1:${number}`;
  const known = [at('PLAINTEXT', port), ...(secured ? [at('SECURED', secured.port)] : [])];
  const listeners = [...known, ...(proxied ? [at('PROXIED', proxied.port)] : [])];
  const told = [...known, ...(proxied ? [at('PROXIED', proxied.advertisedPort)] : [])];
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    'controller.quorum.voters': controllers
      .map((voter) => `${voter.nodeId}@127.0.0.1:${voter.controllerPort}`)
      .join(','),
    listeners: [...listeners, at('CONTROLLER', controllerPort)].join(','),
    'advertised.listeners': told.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
    ...(secured && securedSettings(secured)),
    'log.dirs': `${dataDir}/data`,

    // deploy/create-topics.ts creates the topics; a misspelt name must not create one.
    'auto.create.topics.enable': false,
    ...copies(controllers.length),
    ...(cluster && clusterSettings),

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

/** Every partition has a replica on each broker, but not more than three. */
const copies = (brokers: number) => {
  const replication = Math.min(brokers, 3);
  return {
    'default.replication.factor': replication,
    'offsets.topic.replication.factor': replication,
    'transaction.state.log.replication.factor': replication,
    'transaction.state.log.min.isr': Math.max(1, replication - 1),
  };
};

/** A write is acknowledged once two replicas have it, and a replica that is behind cannot become leader. */
const clusterSettings = {
  'min.insync.replicas': 2,
  'unclean.leader.election.enable': false,
};

const securedSettings = ({ keystore, username, password }: SecuredListener) => {
  const module = 'org.apache.kafka.common.security';
  return {
    'listener.name.secured.ssl.keystore.type': 'PEM',
    'listener.name.secured.ssl.keystore.location': keystore,
    'listener.name.secured.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secured.plain.sasl.jaas.config': `${module}.plain.PlainLoginModule required user_${username}="${password}";`,
    'listener.name.secured.scram-sha-256.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
    'listener.name.secured.scram-sha-512.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
  };
};

/** The arguments that store the users of the secured listener when a broker's data folder is formatted. */
export const scramUsers = ({ secured }: KafkaSettings): string[] =>
  secured
    ? ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${secured.username},password=${secured.password}]`,
      ])
    : [];
