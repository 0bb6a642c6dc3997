import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startKafka, type Kafka as Broker } from '../../../deploy/local/kafka.ts';
import { createTestAuthority, type TestAuthority } from '../../../testing/certificates.ts';
import { findFreePort } from '../../../testing/free-port.ts';
import { createTestTopic } from '../../../testing/kafka-topic.ts';
import { createKafka } from './client.ts';
import { loadKafkaSecurity, type KafkaSettings } from './security.ts';

// These tests start their own broker, with a listener for TLS and SASL.

let folder: string;
let authority: TestAuthority;
let other: TestAuthority;
let broker: Broker;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-test-kafka-'));
  [authority, other] = await Promise.all([createTestAuthority(), createTestAuthority()]);
  const { cert, key } = await authority.issue('broker');
  await appendFile(key, await readFile(cert));
  port = await findFreePort();
  broker = await startKafka({
    dataDir: join(folder, 'data'),
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    logFile: join(folder, 'log'),
    isThrowAway: true,
    secured: { port, keystore: key, username: 'app', password: 's3cret' },
  });
});
afterAll(async () => {
  broker.kill('SIGKILL');
  await broker.exited;
  await Promise.all([authority.close(), other.close(), rm(folder, { recursive: true })]);
});

const fine = (): KafkaSettings => ({
  KAFKA_BROKERS: [`127.0.0.1:${port}`],
  KAFKA_TLS: 'on',
  KAFKA_TLS_CA_FILE: authority.ca,
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: 'app',
  KAFKA_SASL_PASSWORD: 's3cret',
});

const lines: string[] = [];
const connect = async (settings: KafkaSettings) =>
  createKafka({
    brokers: settings.KAFKA_BROKERS,
    clientId: 'test',
    logger: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
    requestTimeoutMs: 5_000,
    security: await loadKafkaSecurity(settings),
  });

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
  'a message goes there and back by TLS and %s',
  async (KAFKA_SASL_MECHANISM) => {
    const kafka = await connect({ ...fine(), KAFKA_SASL_MECHANISM });
    const topic = await createTestTopic(kafka, 1);
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'hello' }] });
    await producer.disconnect();
    const consumer = kafka.consumer({ groupId: topic });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const heard = new Promise<string | undefined>((resolve, reject) => {
      const eachMessage = ({ message }: { message: { value: Buffer | null } }) => {
        resolve(message.value?.toString());
        return Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    expect(await heard).toBe('hello');
    await consumer.disconnect();
  },
);

const refusal = async (settings: KafkaSettings): Promise<string> => {
  const admin = (await connect(settings)).admin({ retry: { retries: 0 } });
  return admin.connect().then(
    () => 'none',
    (error: unknown) => String(error),
  );
};

test('a wrong password, and a broker that is not known, end the connection', async () => {
  expect(await refusal({ ...fine(), KAFKA_SASL_PASSWORD: 'wr0ng' })).toMatch(/[Aa]uthentication/);
  expect(await refusal({ ...fine(), KAFKA_TLS_CA_FILE: other.ca })).toMatch(
    /certificate|signature/,
  );
  expect(await refusal({ ...fine(), KAFKA_TLS_CA_FILE: undefined })).toMatch(/certificate/);
});

test('no password is in what was logged', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => /s3cret|wr0ng/.test(line))).toEqual([]);
});
