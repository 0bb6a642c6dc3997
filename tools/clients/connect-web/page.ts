// A Connect client in a browser that calls the service at its page's own origin.
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web';

const baseUrl = location.origin;
const order = (sku: bigint) => ({ userId: 17n, items: [{ sku, count: 1 }] });

const refusalOf = async (call: () => Promise<unknown>) => {
  try {
    await call();
  } catch (error) {
    const refusal = ConnectError.from(error);
    return { code: refusal.code, info: refusal.findDetails(ErrorInfoSchema)[0] };
  }
  throw new Error('accepted');
};

const assert = (isTrue: boolean, what: string) => {
  if (!isTrue) throw new Error(what);
};

const tryOrders = async (name: string, transport: ReturnType<typeof createConnectTransport>) => {
  const client = createClient(LomsService, transport);
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const { orderId } = await client.orderCreate(order(1625903n), { headers });
  const again = await client.orderCreate(order(1625903n), { headers });
  assert(orderId === again.orderId, 'two orders for one idempotency key');
  const { status } = await client.orderInfo({ orderId });
  assert(status === 'awaiting payment', status);
  const statuses = async (timeoutMs: number) => {
    const said: string[] = [];
    for await (const change of client.watchOrder({ orderId }, { timeoutMs }))
      said.push(change.status);
    return said.join();
  };
  const late = await refusalOf(() => statuses(1_000));
  assert(late.code === Code.DeadlineExceeded, `deadline: ${Code[late.code]}`);
  await client.orderPay({ orderId });
  assert((await statuses(60_000)) === 'new,awaiting payment,payed', 'watch');
  const other = await client.orderCreate(order(1625903n));
  await client.orderCancel({ orderId: other.orderId });
  const kept = await refusalOf(() => client.orderCancel({ orderId }));
  assert(kept.info?.reason === 'order-not-cancellable', 'cancel');
  const short = await refusalOf(() => client.orderCreate(order(139819069n)));
  assert(short.info?.reason === 'out-of-stock', 'out of stock');
  assert(short.info?.metadata['skus'] === '139819069', 'metadata');
  console.log(`${name}: key, deadline, watch to its end, cancel, out of stock with ErrorInfo`);
};

try {
  await tryOrders('Connect', createConnectTransport({ baseUrl }));
  await tryOrders('gRPC-Web', createGrpcWebTransport({ baseUrl }));
} catch (error) {
  console.log(`FAILED ${String(error)}`);
}
document.title = 'ended';
