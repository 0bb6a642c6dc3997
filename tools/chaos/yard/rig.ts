import type { Part } from '../../../testing/engines/part.ts';
import type { Starter, StartedPart } from '../parts.ts';
import { startProxy, type Proxy } from '../../../testing/engines/proxy.ts';
import { startRig, type AnyRig, type Rig, type StartParts } from '../rig.ts';

/** The rocket yard: two replicas of order, assembly and notification, one of inventory and payment. */
export interface YardParts {
  readonly orders: readonly StartedPart[];
  readonly inventory: Part;
  readonly payment: Part;
  readonly assemblies: readonly Part[];
  readonly notifications: readonly Part[];
  /** Between order and the two that it asks. */
  readonly peers: readonly Proxy[];
  readonly partIds: readonly string[];
}

/** The yard on whatever servers. */
export interface Yard extends AnyRig, YardParts {}

/** The yard on one Postgres and one broker. */
export interface YardRig extends Rig, YardParts {}

/** Pieces of each part in the beginning: enough for every order. */
export const stockPieces = 1_000_000_000;

const builds = { ASSEMBLY_MIN_SEC: '0', ASSEMBLY_MAX_SEC: '1' };
// longer than a call to create an order may take, and not much
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
  // what it tells is a line of its log
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
