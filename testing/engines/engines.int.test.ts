import { connect } from 'node:net';
import { once } from 'node:events';
import { Client } from 'pg';

test('the tests have a Postgres 18 of their own', async () => {
  const client = new Client({ connectionString: process.env['TEST_DATABASE_URL'] });
  await client.connect();
  const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  await client.end();
  expect(Number(rows[0]?.server_version_num)).toBeGreaterThanOrEqual(180_000);
});

test('the tests have a Kafka of their own', async () => {
  const [host, port] = process.env['TEST_KAFKA_BROKERS']!.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.destroy();
});
