import type { Part } from '../../../testing/engines/part.ts';
import type { Starter, StartedPart } from '../parts.ts';
import { startProxy, type Proxy } from '../../../testing/engines/proxy.ts';
import { startRig, type AnyRig, type Rig, type StartParts } from '../rig.ts';

/** The rocket yard: two replicas each of order, assembly and notification, one each of inventory and payment. */
export interface YardParts {
  readonly orders: readonly StartedPart[];
  readonly inventory: Part;
  readonly payment: Part;
  readonly assemblies: readonly Part[];
  readonly notifications: readonly Part[];
  /** The proxies between order and the two services that it calls. */
  readonly peers: readonly Proxy[];
  readonly partIds: readonly string[];
}

/** The yard on any kind of servers. */
export interface Yard extends AnyRig, YardParts {}

/** The yard on one Postgres and one broker. */
export interface YardRig extends Rig, YardParts {}

/** The initial stock of each part, enough for every order. */
export const stockPieces = 1_000_000_000;

const builds = { ASSEMBLY_MIN_SEC: '0', ASSEMBLY_MAX_SEC: '1' };
// slightly longer than a call that creates an order may take
const undoAfter = '8s';

export const startYardRig = (): Promise<YardRig> => startRig(startYardParts);

export const startYardParts: StartParts<YardParts> = async (starter, { query }, closers) => {
  const parts = await query<{ id: string }>(
    'UPDATE inventory.parts SET stock_quantity = $1 RETURNING part_id::text AS id',
    [stockPieces],
  );
  const inventory = await starter.start('inventory', 'inventory');
  const payment = await starter.start('payment', 'payment');
  const peers: Proxy[] = [];
  for (const { grpcPort } of [inventory, payment]) {
    const proxy = await startProxy(grpcPort);
    closers.push(() => proxy.close());
    peers.push(proxy);
  }
  const [INVENTORY_URL = '', PAYMENT_URL = ''] = peers.map(
    ({ port }) => `http://127.0.0.1:${port}`,
  );
  const neighbours = { INVENTORY_URL, PAYMENT_URL, UNDO_AFTER: undoAfter };
  const orders = await startTwo(starter, 'order', neighbours);
  const assemblies = await startTwo(starter, 'assembly', builds);
  // notification logs each message that it reports
  const notifications = await startTwo(starter, 'notification', { LOG_LEVEL: 'info' });
  await starter.startPublishers('order,assembly');
  const partIds = parts.map(({ id }) => id);
  return { inventory, payment, peers, orders, assemblies, notifications, partIds };
};

const startTwo = async (
  { start }: Starter,
  service: string,
  env: Record<string, string>,
): Promise<StartedPart[]> => {
  const replicas: StartedPart[] = [];
  for (const name of [`${service}-1`, `${service}-2`])
    replicas.push(await start(name, service, env));
  return replicas;
};
