// Runs the package's listener with a handler that sends each message with kafkajs. Arguments: the package's folder,
// the database's URL, the brokers, the way (polling, polling-tuned, replication).
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';
import { toHeaders } from '../headers.ts';
import { loadPackage, type Message } from './install.ts';
import { listener, tunedPolling } from './settings.ts';

const [folder = '', connectionString = '', brokers = '', way = ''] = process.argv.slice(2);
const peer = loadPackage(folder);
const producer = createKafka({
  brokers: [brokers],
  clientId: 'pg-transactional-outbox',
  logger: createLogger({ service: 'peer', level: 'silent', format: 'json' }),
  requestTimeoutMs: 10_000,
}).producer();
await producer.connect();

const handle = async (message: Message): Promise<void> => {
  const { id, aggregateId: key, metadata: headers = {} } = message;
  const value = JSON.stringify(message.payload);
  const facts = { id, key, type: message.messageType, sequence: headers['ce_sequence'] ?? '' };
  const all = toHeaders({ ...facts, headers, createdAt: new Date(message.createdAt) });
  await producer.send({
    topic: message.aggregateType,
    acks: -1,
    messages: [{ key, value, headers: all }],
  });
};

const handler = { handle };
const config = {
  outboxOrInbox: 'outbox',
  dbListenerConfig: { connectionString },
  settings: { ...listener, ...(way === 'polling-tuned' && tunedPolling) },
};
if (way === 'replication') {
  peer.initializeReplicationMessageListener(config, handler, peer.getDisabledLogger(), {
    concurrencyStrategy: peer.createReplicationSegmentMutexConcurrencyController(),
  });
} else {
  peer.initializePollingMessageListener(config, handler, peer.getDisabledLogger());
}
console.log('relaying');
