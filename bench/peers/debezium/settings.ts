export type Settings = Readonly<Record<string, string>>;

/** The JVM options that kafka-run-class.sh and connect-standalone.sh give a worker. */
export const jvm = [
  ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
  '-Djava.awt.headless=true',
];

export const slot = 'debezium';
export const publication = 'debezium';

/**
 * The outbox event router on our table. It sends topic, key and value as our publisher does, and the columns as
 * headers. It cannot produce the three constant headers, nor those inside the jsonb column.
 */
export const connectorSettings = (database: URL): Settings => ({
  name: 'outbox',
  'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
  'tasks.max': '1',
  'database.hostname': database.hostname,
  'database.port': database.port,
  'database.user': database.username,
  'database.password': database.password,
  'database.dbname': database.pathname.slice(1),
  'topic.prefix': 'bench',
  'table.include.list': 'loms.outbox',
  'plugin.name': 'pgoutput',
  'slot.name': slot,
  'publication.name': publication,
  'publication.autocreate.mode': 'disabled',
  'snapshot.mode': 'no_data',
  'tombstones.on.delete': 'false',
  transforms: 'outbox',
  'transforms.outbox.type': 'io.debezium.transforms.outbox.EventRouter',
  'transforms.outbox.route.by.field': 'topic',
  'transforms.outbox.route.topic.replacement': '${routedByValue}',
  'transforms.outbox.table.field.event.id': 'id',
  'transforms.outbox.table.field.event.key': 'key',
  'transforms.outbox.table.field.event.payload': 'payload',
  'transforms.outbox.table.fields.additional.placement':
    'id:header:ce_id,event_type:header:ce_type,created_at:header:ce_time,key:header:ce_subject,' +
    'sequence:header:ce_sequence',
});

/** Strings are used because Postgres' JSON text must be passed on unchanged. */
export const workerSettings: Settings = {
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  // all plugins are on the class path
  'plugin.discovery': 'service_load',
};

/** For both throughput and latency: larger batches and queues, short waits, and a larger producer batch. */
export const tuned: Settings = {
  'poll.interval.ms': '5',
  'max.batch.size': '8192',
  'max.queue.size': '32768',
  'producer.override.linger.ms': '2',
  'producer.override.batch.size': '262144',
};

export const tunedWorker: Settings = { 'offset.flush.interval.ms': '1000' };

export const toProperties = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
