import { randomUUID } from 'node:crypto';
import type { Flight } from '../../services/booking/domain/flight.ts';
import { missingOf } from '../../services/booking/domain/saga.ts';
import { nameOf } from '../../services/ticket/domain/flight.ts';
import { endOf, findCallFaults, findOrderFaults, findSeatFaults } from './checks.ts';
import { endTime, persist, playOrder, refund, type Played } from './play-order.ts';
import type { OrderScript, Scenario } from './scenario.ts';
import { deadLettersOf, consumers, type Snapshot } from './snapshots.ts';
import type { World } from './world.ts';

/** Prepares what the scenarios order. */
export const prepareFlights = async ({ admin }: World): Promise<void> => {
  await admin.query(
    `INSERT INTO ticket.flight_rules ("from", "to", airline, capacity, sales_end_minutes)
     VALUES ('AAA', 'BBB', 'C1', 1, 0), ('AAA', 'BBB', 'C2', 2, 0)`,
  );
};

const firstDayMs = Date.UTC(2100, 0, 1);
const dayMs = 86_400_000;

const flightOf = (n: number, airline: string): Flight => ({
  ...{ from: 'AAA', to: 'BBB', time: '09:30', airline },
  date: new Date(firstDayMs + n * dayMs).toISOString().slice(0, 10),
});

/** Plays a scenario to its end, and throws when something is wrong then; returns its orders as they are at the end. */
export const runScenario = async (world: World, scenario: Scenario): Promise<Snapshot[]> => {
  const scarce = flightOf(world.nextNumber(), `C${scenario.seats}`);
  const all = scenario.orders.map((script) => prepare(world, script, scarce));
  await world.admin.query('INSERT INTO booking.users SELECT unnest($1::uuid[])', [
    all.map(({ userId }) => userId),
  ]);
  const [late, early] = [true, false].map((isLate) =>
    all.filter(({ script }) => (script.starts === 'quiet') === isLate),
  ) as [Played[], Played[]];
  await Promise.all(early.map((played) => playOrder(world, played)));
  const faults = await finish(world, early);
  for (const played of late) {
    const seats = await countSeats(world, all, scarce);
    played.hasSeat = played.script.flight === 'scarce' && seats < scenario.seats;
    await playOrder(world, played);
    faults.push(...(await finish(world, [played])));
  }
  const orders = await world.watch.settled(all.map(({ userId }) => userId));
  for (const { reader, told } of all) {
    const order = orders.find(({ orderId }) => orderId === told[0]);
    if (order !== undefined) faults.push(...((await reader?.finish(order)) ?? []));
  }
  faults.push(
    ...all.flatMap((played) => [
      ...findCallFaults(played, orders),
      ...orders
        .filter(({ userId }) => userId === played.userId)
        .flatMap((order) => findOrderFaults(order, played)),
    ]),
    ...findSeatFaults(orders, nameOf(scarce), scenario.seats),
  );
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n${inWords(orders)}`);
  return orders;
};

const prepare = (world: World, script: OrderScript, scarce: Flight): Played => {
  const userId = script.isBlocked === true ? world.nextBlocked() : randomUUID();
  world.plans.announce(userId, script);
  const roomy = flightOf(world.nextNumber(), 'ZZ');
  const flight = {
    ...{ roomy, scarce, departed: { ...roomy, date: '2001-01-01' } }[script.flight ?? 'roomy'],
  };
  return { userId, script, flight, told: [], refundAnswers: [], faults: [] };
};

const countSeats = async (
  world: World,
  all: readonly Played[],
  flight: Flight,
): Promise<number> => {
  const orders = await world.watch.settled(all.map(({ userId }) => userId));
  return orders.filter(
    ({ ticket }) => ticket?.status === 'ISSUED' && ticket.flight === nameOf(flight),
  ).length;
};

/** Lets the orders come to their end: their time ends, dead letters are redriven, users ask for their money. */
const finish = async (world: World, some: readonly Played[]): Promise<string[]> => {
  const userIds = some.map(({ userId }) => userId);
  const before = await world.watch.settled(userIds);
  const faults = await endTimes(world, some, before);
  await redriveAll(world, userIds);
  await Promise.all(some.map((played) => refund(world, played, 'quiet')));
  await redriveAll(world, userIds);
  return faults;
};

/** Ends the time of those that wait for it, and looks at what that does to orders that have ended or are stuck. */
const endTimes = async (
  world: World,
  some: readonly Played[],
  before: readonly Snapshot[],
): Promise<string[]> => {
  const asked = some.filter(({ script }) => script.timeouts?.includes('quiet'));
  if (asked.length === 0) return [];
  const ended = await Promise.all(asked.map((played) => endTime(world, played)));
  const late = new Set(ended.flatMap((each) => [...each]));
  const after = await world.watch.settled(some.map(({ userId }) => userId));
  const faults = after.map(async (order): Promise<string[]> => {
    const earlier = before.find(({ orderId }) => orderId === order.orderId);
    if (earlier === undefined || !late.has(order.orderId)) return [];
    if (deadLettersOf(earlier).length > 0) return findUnlisted(world, order);
    return earlier.events.length === order.events.length
      ? []
      : [`${order.orderId}: its saga had ended, and went on after its time`];
  });
  return (await Promise.all(faults)).flat();
};

/** An order that has not ended after its time is listed as stuck, with the step that is missing and its service. */
const findUnlisted = async ({ booking }: World, order: Snapshot): Promise<string[]> => {
  const { orderId, userId } = order;
  const asked = await persist('usual', async () => {
    const { listOrders } = booking().useCases;
    return listOrders({ userId, isStuck: true, limit: 10 });
  });
  if ('reason' in asked) return [`${orderId}: cannot be read, ${asked.reason}`];
  const found = asked.value.find((each) => each.order.orderId === orderId);
  const isListed = found !== undefined;
  const heard = order.events.filter(({ type }) => order.facts.includes(type));
  const isKnownToEnd = endOf({ ...order, events: heard }) !== undefined;
  if (isKnownToEnd) return isListed ? [`${orderId}: has ended, and is listed as stuck`] : [];
  const missing = missingOf(found?.facts ?? []).map(({ service }) => service);
  const heldBy = deadLettersOf(order).map(({ service, event }) =>
    service === 'booking' ? event.producer : service,
  );
  return [
    ...(isListed ? [] : [`${orderId}: waits for ever, and is not listed as stuck`]),
    ...(missing.some((service) => heldBy.includes(service))
      ? []
      : [`${orderId}: waits for ${heldBy.join()}, not for ${missing.join() || 'nobody'}`]),
  ];
};

/** Redrives dead letters until there are none. */
const redriveAll = async (world: World, userIds: readonly string[]): Promise<Snapshot[]> => {
  for (;;) {
    const orders = await world.watch.settled(userIds);
    const letters = orders.flatMap(deadLettersOf);
    if (letters.length === 0) return orders;
    for (const { service, event } of letters)
      await world.admin.query(`SELECT ${service}.redrive_dead_letter($1, $2, 'model')`, [
        consumers[service],
        event.id,
      ]);
  }
};

const inWords = (orders: readonly Snapshot[]): string =>
  orders.map((order) => JSON.stringify(order)).join('\n');
