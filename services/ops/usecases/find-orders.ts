import type { OutboxEvent } from '../domain/event.ts';
import type { FactsOfOrder, System } from './tell-lifecycles.ts';

export type FoundBy = 'order' | 'event' | 'correlation' | 'trace';

/** A key with the place where it was found. */
export interface FoundKey {
  key: string;
  source: string;
  foundBy: FoundBy;
}

export interface FoundOrder extends FoundKey {
  /** Empty where the source is not the system of the order. */
  title: string;
  state: string;
}

export interface FindOrdersDeps {
  systems: readonly System[];
  sources: { some: (name: string) => readonly string[] };
  listFacts: (system: System, keys: readonly string[]) => Promise<FactsOfOrder[]>;
  findById: (source: string, id: string) => Promise<Pick<OutboxEvent, 'key'>[]>;
  /** Searches the newest events of a source: by key and correlation id, or by trace id. */
  findRecent: (
    source: string,
    text: string,
    limit: number,
  ) => Promise<Pick<FoundKey, 'key' | 'foundBy'>[]>;
}

const mostFound = 20;
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Finds orders by an order id or an event id, and only when there is no such, by a correlation id or a trace id among
 * the newest events.
 */
export const findOrders =
  (deps: FindOrdersDeps) =>
  async (typed: string): Promise<FoundOrder[]> => {
    const text = typed.trim().toLowerCase();
    const known = await ordersOf(deps, [text]);
    if (known.length > 0) return known.map((order) => ({ ...order, foundBy: 'order' }));
    const found = (await findEvent(deps, text)) ?? (await findInAll(deps, typed.trim()));
    const first = distinct(found).slice(0, mostFound);
    const orders = await ordersOf(deps, [...new Set(first.map(({ key }) => key))]);
    return first.flatMap(({ key, source, foundBy }) => {
      const ofKey = orders.filter((order) => order.key === key);
      const own = ofKey.length > 0 ? ofKey : [{ key, source, title: '', state: '' }];
      return own.map((order) => ({ ...order, foundBy }));
    });
  };

const ordersOf = async ({ systems, listFacts }: FindOrdersDeps, keys: readonly string[]) => {
  const lists = await Promise.all(
    systems.map(async (system) =>
      (await listFacts(system, keys)).map(({ key, state }) => ({
        key,
        source: system.name,
        title: system.lifecycle.title,
        state,
      })),
    ),
  );
  return lists.flat();
};

/** Undefined when there is no such event. */
const findEvent = async (
  { sources, findById }: FindOrdersDeps,
  text: string,
): Promise<FoundKey[] | undefined> => {
  if (!uuid.test(text)) return undefined;
  const lists = await Promise.all(
    sources.some('').map(async (source) => {
      const events = await findById(source, text);
      return events.map(({ key }) => ({ key, source, foundBy: 'event' as const }));
    }),
  );
  const found = lists.flat();
  return found.length > 0 ? found : undefined;
};

const findInAll = async (
  { sources, findRecent }: FindOrdersDeps,
  text: string,
): Promise<FoundKey[]> => {
  const lists = await Promise.all(
    sources.some('').map(async (source) => {
      const found = await findRecent(source, text, mostFound);
      return found.map((each) => ({ ...each, source }));
    }),
  );
  return lists.flat();
};

/** One entry for each key: a trace that leads through several services has one order. */
const distinct = (found: readonly FoundKey[]): FoundKey[] => [
  ...new Map(found.toReversed().map((each) => [each.key, each])).values(),
];
