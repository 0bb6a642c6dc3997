// A Connect client in Node: creates an order, once however often it asks, watches it, and pays it.
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { randomUUID } from 'node:crypto';

const [baseUrl = 'http://127.0.0.1:8084'] = process.argv.slice(2);
const client = createClient(
  LomsService,
  createConnectTransport({ baseUrl, httpVersion: '1.1', defaultTimeoutMs: 5_000 }),
);

const order = { userId: 5n, items: [{ sku: 1148162n, count: 1 }] };
const headers = { 'Idempotency-Key': randomUUID() };
const { orderId } = await client.orderCreate(order, { headers });
const again = await client.orderCreate(order, { headers });
console.log(`order ${orderId}, asked again: order ${again.orderId}`);

const paying = client.orderPay({ orderId });
// without a deadline: an order may wait for days
for await (const change of client.watchOrder({ orderId }, { timeoutMs: 0 }))
  console.log(`${change.sequence}: ${change.status}`);
await paying;

try {
  await client.orderCancel({ orderId });
} catch (error) {
  const refusal = ConnectError.from(error);
  const [info] = refusal.findDetails(ErrorInfoSchema);
  console.log(`${Code[refusal.code]} (${info?.reason}): ${refusal.rawMessage}`);
}
