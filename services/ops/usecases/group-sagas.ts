import { stepsOf } from '../domain/lifecycle.ts';
import type { StuckGroup } from '../domain/stuck.ts';
import type { FactsOfOrder, System } from './tell-lifecycles.ts';

export interface StuckOrder {
  key: string;
  since: Date;
}

export interface GroupSagasDeps {
  systems: readonly System[];
  loadNow: () => Promise<Date>;
  listStuckOrders: (system: System, limit: number) => Promise<StuckOrder[]>;
  listFacts: (system: System, keys: readonly string[]) => Promise<FactsOfOrder[]>;
}

// the facts of each are read
const countLimit = 2_000;
const sampleSize = 20;

/** Groups the orders of a service that have not ended in time by the step that is missing and who owes it. */
export const groupSagas =
  (deps: GroupSagasDeps) =>
  async (service: string): Promise<StuckGroup[]> => {
    const system = deps.systems.find(({ name }) => name === service);
    if (system === undefined) return [];
    const stuck = await deps.listStuckOrders(system, countLimit);
    if (stuck.length === 0) return [];
    const keys = stuck.map(({ key }) => key);
    const [facts, now] = await Promise.all([deps.listFacts(system, keys), deps.loadNow()]);
    const known = new Map(facts.map((each) => [each.key, each.facts]));
    const missing = stuck.map((order) => ({
      ...order,
      step: stepsOf(system.lifecycle, { facts: known.get(order.key) ?? [], timers: [], now }).find(
        ({ state }) => state === 'RUNNING',
      ),
    }));
    const isCapped = stuck.length === countLimit;
    return [...Map.groupBy(missing, ({ step }) => step?.id).values()].map((orders) =>
      groupOf(service, orders, isCapped),
    );
  };

interface MissingStep extends StuckOrder {
  step: { title: string; who: string } | undefined;
}

const groupOf = (
  service: string,
  orders: readonly MissingStep[],
  isCapped: boolean,
): StuckGroup => {
  const byTime = orders.toSorted((a, b) => a.since.getTime() - b.since.getTime());
  const times = byTime.map(({ since }) => since.getTime());
  // the facts of an ended saga may have become known meanwhile
  const step = byTime[0]?.step ?? { title: '', who: service };
  return {
    kind: 'SAGA',
    service,
    consumer: '',
    topic: '',
    partition: undefined,
    reason: step.title,
    owedBy: step.who,
    orders: orders.length,
    events: 0,
    isCapped,
    since: new Date(Math.min(...times)),
    newest: new Date(Math.max(...times)),
    sample: byTime.slice(0, sampleSize).map(({ key }) => key),
    failedAgain: 0,
  };
};
