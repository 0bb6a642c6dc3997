// A Connect client in a browser. The service must allow this page's origin: CORS_ORIGINS.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

const list = document.querySelector('ol');
const say = (text: string) => {
  const line = document.createElement('li');
  line.textContent = text;
  list?.append(line);
};

const baseUrl = new URLSearchParams(location.search).get('loms') ?? 'http://127.0.0.1:8084';
const client = createClient(LomsService, createConnectTransport({ baseUrl }));

const { orderId } = await client.orderCreate({
  userId: 7n,
  items: [{ sku: 1148162n, count: 1 }],
});
say(`order ${orderId}`);
const cancelling = client.orderCancel({ orderId });
for await (const { sequence, status } of client.watchOrder({ orderId }))
  say(`${sequence}: ${status}`);
await cancelling;
