import type { MessageShape } from '@bufbuild/protobuf';
import { TicketService, type CreateItemResponseSchema } from '#gen/ticket/v1/ticket_pb.ts';
import { createGrpcClient } from '../../testing/rpc-clients.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { createTestKafka } from '../../testing/kafka-topic.ts';
import { makeTopics } from '../../testing/events/event-messages.ts';
import { readMessages } from '../../testing/read-messages.ts';
import { killLeftServices, portOf, startReady } from '../../testing/services/start-service.ts';
import { openTestPool } from '../../testing/test-pool.ts';
import { waitFor } from '../../testing/wait-for.ts';

const { createItem } = TicketService.method;
const topic = 'ticket.item-created';
const brokers = process.env['TEST_KAFKA_BROKERS']!;

afterAll(killLeftServices);

test('an item is kept, its event arrives in Kafka and acts once', async () => {
  const kafka = createTestKafka(brokers);
  await makeTopics(kafka, [topic, `${topic}.dlq`]);
  const database = await createTestDatabase();
  const pool = openTestPool(database.urlFor('ticket'));
  const env = { KAFKA_BROKERS: brokers };
  const publisher = { ...env, DATABASE_URL: database.urlFor('publisher') };
  await startReady('outbox-publisher', { ...publisher, OUTBOX_SOURCES: 'ticket' });
  const service = await startReady('ticket', { ...env, DATABASE_URL: database.urlFor('ticket') });
  const client = createGrpcClient(await portOf(service, 'gRPC is open'));

  const { code, answer } = await client.call(createItem, { name: 'one' });
  expect(code).toBe('OK');
  const again = await client.call(createItem, { name: 'one' });
  expect(again).toMatchObject({ code: 'ALREADY_EXISTS', reason: 'name-taken' });
  client.close();

  const [message] = await readMessages(kafka, topic, 1);
  const { itemId } = answer as MessageShape<typeof CreateItemResponseSchema>;
  expect(message).toMatchObject({ key: itemId, headers: { ce_sequence: '1' } });
  expect(JSON.parse(String(message?.value))).toMatchObject({ item_id: itemId, name: 'one' });
  const seen = async () => {
    const { rowCount } = await pool.query('SELECT FROM ticket.items WHERE seen_at IS NOT NULL');
    return rowCount === 1;
  };
  await waitFor(seen, { what: 'the event to come back', timeoutMs: 120_000 });
  await pool.end();
});
