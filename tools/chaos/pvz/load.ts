import { startPace } from '../pace.ts';
import type { LoadReport, RunningLoad } from '../system.ts';
import { codeOf, type AtCounter, type PvzClient } from './clients.ts';

/** How many changes an order must have and may have; they differ while the answer to a call is missing. */
export interface Promised {
  least: number;
  most: number;
}

/** What pvz has answered. */
export interface Told {
  readonly orders: Map<number, Promised>;
  /** Answers that contradict earlier ones, in words. */
  readonly contradictions: string[];
}

export interface LoadOptions {
  clients: readonly PvzClient[];
  newOrderId: () => number;
  told: Told;
}

const writers = 4;
const users = 50;
const lightKg = 2.5;
// a bag holds less than 10 kg
const heavyKg = 10;

/**
 * Brings orders at a steady rate until it is stopped; in turn they take one to four steps, are imported, or are called
 * for what must be refused.
 */
export const startLoad = (options: LoadOptions, ordersPerSecond: number): RunningLoad => {
  const report = { created: 0, errors: 0 };
  let turn = 0;
  const place = () => placeOne(options, turn++, report);
  const pace = startPace({ writers, perSecond: ordersPerSecond, place });
  return { stop: async () => ({ seconds: await pace.stop(), ...report }) };
};

type Counts = Pick<LoadReport, 'created' | 'errors'>;
type Scene = Omit<LoadOptions, 'clients'> & { client: PvzClient };
type Act = (scene: Scene) => Promise<number>;

const placeOne = async (options: LoadOptions, turn: number, counts: Counts): Promise<void> => {
  const { clients } = options;
  const client = clients[turn % clients.length] as PvzClient;
  // The act changes more slowly than the protocol, so that each act meets each protocol.
  const act = acts[Math.floor(turn / clients.length) % acts.length] as Act;
  try {
    const created = await act({ ...options, client });
    counts.created += created;
  } catch {
    // The error is counted; a later check compares the order with its history.
    counts.errors += 1;
  }
};

/** The steps of an order, as functions of a client, in the only sequence in which they are not refused. */
const steps: readonly ((client: PvzClient, order: AtCounter) => Promise<unknown>)[] = [
  (client, order) => client.accept({ ...order, weight: lightKg }),
  (client, order) => client.issue(order),
  (client, order) => client.takeBack(order),
  (client, order) => client.giveBack(order),
];

/** Brings an order and takes it so many steps. */
export const takeSteps = async (scene: Scene, count: number): Promise<AtCounter> => {
  const order = newOrder(scene);
  for (const step of steps.slice(0, count))
    await promise(scene.told, [order.orderId], () => step(scene.client, order));
  return order;
};

const newOrder = ({ newOrderId }: Scene): AtCounter => {
  const orderId = newOrderId();
  return { orderId, userId: 1 + (orderId % users) };
};

/** Imports three orders beside one that its bag does not hold. */
const importSome: Act = async (scene) => {
  const [heavy, ...light] = [newOrder(scene), newOrder(scene), newOrder(scene), newOrder(scene)];
  const { client, told } = scene;
  told.orders.set(heavy.orderId, { least: 0, most: 0 });
  const ids = light.map(({ orderId }) => orderId);
  await promise(told, ids, async () => {
    const refused = await client.importAll([
      ...light.map((order) => ({ ...order, weight: lightKg })),
      { ...heavy, weight: heavyKg },
    ]);
    if (refused.join() === String(heavy.orderId)) return;
    told.contradictions.push(`of import ${ids.join()} were refused: ${refused.join()}`);
  });
  return ids.length;
};

/** Calls for what pvz must refuse. */
const beRefused: Act = async (scene) => {
  const { client, told } = scene;
  const heavy = newOrder(scene);
  told.orders.set(heavy.orderId, { least: 0, most: 0 });
  await expectRefusal(told, 'WEIGHT_TOO_HEAVY', () => client.accept({ ...heavy, weight: heavyKg }));
  const order = await takeSteps(scene, 1);
  await expectRefusal(told, 'ORDER_ALREADY_EXISTS', () =>
    client.accept({ ...order, weight: lightKg }),
  );
  await expectRefusal(told, 'VALIDATION_FAILED', () =>
    client.issue({ ...order, userId: order.userId + users }),
  );
  await expectRefusal(told, 'STORAGE_EXPIRED', () => client.giveBack(order));
  return 1;
};

const live =
  (count: number): Act =>
  async (scene) => {
    await takeSteps(scene, count);
    return 1;
  };

const acts: readonly Act[] = [live(4), live(1), importSome, live(2), beRefused, live(3)];

const contractCodes = new Set([
  'VALIDATION_FAILED',
  'INVALID_PACKAGE',
  'WEIGHT_TOO_HEAVY',
  'ORDER_ALREADY_EXISTS',
  'ORDER_NOT_FOUND',
  'STORAGE_EXPIRED',
]);

/** Makes a call that gives each of these orders one more change, and notes what its answer, or its absence, promises. */
const promise = async (
  { orders, contradictions }: Told,
  ids: readonly number[],
  call: () => Promise<unknown>,
): Promise<void> => {
  const before = ids.map((id) => [id, orders.get(id)?.least ?? 0] as const);
  for (const [id, least] of before) orders.set(id, { least, most: least + 1 });
  await call().catch((error: unknown) => {
    const code = codeOf(error);
    if (contractCodes.has(code))
      contradictions.push(`order ${ids.join()} was refused its next step: ${code}`);
    throw error;
  });
  for (const [id, least] of before) orders.set(id, { least: least + 1, most: least + 1 });
};

const expectRefusal = async (
  { contradictions }: Told,
  code: string,
  call: () => Promise<unknown>,
): Promise<void> => {
  try {
    await call();
  } catch (error) {
    const found = codeOf(error);
    if (found === code) return;
    if (contractCodes.has(found)) contradictions.push(`${found} instead of ${code}`);
    throw error;
  }
  contradictions.push(`a call was carried out that should be refused with ${code}`);
};
