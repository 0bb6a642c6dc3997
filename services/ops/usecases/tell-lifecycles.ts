import type { LifecycleManifest } from '#platform/base/manifest.ts';
import { deliveryOf } from '../domain/delivery.ts';
import { hasEnded, stepsOf, type Fact, type StepProgress } from '../domain/lifecycle.ts';
import { shortType, whyStuck } from '../domain/why-stuck.ts';
import type { ConsumerTimeline } from './show-consumers.ts';
import type { ShowTimelineInput, Timeline } from './show-timeline.ts';

/** A system whose orders have a way that is known as data. */
export interface System {
  /** The schema of the service with which its orders are placed. */
  name: string;
  lifecycle: LifecycleManifest;
}

/** What a system has stored of one order. */
export interface FactsOfOrder {
  key: string;
  state: string;
  facts: Fact[];
  /** The system counts it among those that have not ended in time. */
  isLate: boolean;
}

/** How far an order is in one system that knows its key. */
export interface Lifecycle {
  system: string;
  title: string;
  state: string;
  steps: StepProgress[];
  hasEnded: boolean;
  /** The services that take part. */
  services: string[];
}

export interface ToldTimeline extends Timeline {
  lifecycles: Lifecycle[];
  whyStuck: string[];
}

export interface TellLifecyclesDeps {
  systems: readonly System[];
  /** Finds those of the orders that the system knows. */
  listFacts: (system: System, keys: readonly string[]) => Promise<FactsOfOrder[]>;
  loadNow: () => Promise<Date>;
  showTimeline: (input: ShowTimelineInput) => Promise<Timeline>;
}

/**
 * Shows the timeline of a key, how far it is in each system that knows it, and why it does not go on. A choice of one
 * source or topic has no lifecycles, because they need what the other services have.
 */
export const tellLifecycles =
  ({ systems, listFacts, loadNow, showTimeline }: TellLifecyclesDeps) =>
  async (input: ShowTimelineInput): Promise<ToldTimeline> => {
    const isWhole = input.source === '' && input.topic === '';
    // before the timers: a step that ends with its timer would else seem done before the timer is set
    const known = isWhole
      ? await Promise.all(
          systems.map(async (system) => ({ system, found: await listFacts(system, [input.key]) })),
        )
      : [];
    const timeline = await showTimeline(input);
    const now = await loadNow();
    const told = known.flatMap(({ system, found }) =>
      found.map((order) => lifecycleOf(system, order, { timeline, now })),
    );
    const lifecycles = told.length > 0 || !isWhole ? told : deliveriesOf(timeline);
    return { ...timeline, lifecycles, whyStuck: whyStuck({ ...timeline, lifecycles }) };
  };

const lifecycleOf = (
  { name, lifecycle }: System,
  { state, facts, isLate }: FactsOfOrder,
  { timeline, now }: { timeline: Timeline; now: Date },
): Lifecycle => {
  const services = servicesOf({ name, lifecycle });
  const timers = timeline.timers.filter(({ service }) => services.includes(service));
  const all = earliest([...facts, ...factsOf(timeline, services)]);
  const steps = stepsOf(lifecycle, { facts: all, timers, now, isLate });
  return {
    system: name,
    title: lifecycle.title,
    state,
    steps,
    hasEnded: hasEnded(steps),
    services,
  };
};

/** The service of the orders, and those that owe a step. */
const servicesOf = ({ name, lifecycle: { steps } }: System): string[] => [
  ...new Set([name, ...steps.flatMap(({ who, undo }) => [who, ...(undo ? [undo.who] : [])])]),
];

/** What the events and the consumers tell of an order. */
const factsOf = ({ entries, consumers }: Timeline, services: readonly string[]): Fact[] => [
  ...entries
    .filter(({ event }) => services.includes(event.source))
    .map(({ event }) => ({ name: shortType(event.eventType), at: event.createdAt })),
  ...consumers.filter(({ service }) => services.includes(service)).flatMap(handledFact),
];

/** Positions outlive the rows of the inbox, which tell when a message was handled. */
const handledFact = ({ consumer, positions, messages }: ConsumerTimeline): Fact[] => {
  const waits = messages.some(({ outcome }) => outcome === 'PARKED' || outcome === 'DEAD');
  if (waits || positions.length === 0) return [];
  return [{ name: `handled by ${consumer}`, at: messages.at(-1)?.takenAt }];
};

/** Of facts that are known from several places, the first is kept, with the reason that any of them gives. */
const earliest = (facts: readonly Fact[]): Fact[] =>
  [...Map.groupBy(facts, ({ name }) => name).values()].flatMap((same) => {
    const [first] = same.toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
    const reason = same.find((each) => each.reason !== undefined)?.reason;
    return first === undefined ? [] : [{ ...first, reason }];
  });

/** Each outbox that has events of the key, where no system knows it. */
const deliveriesOf = ({ entries, consumers, timers }: Timeline): Lifecycle[] => {
  const sources = [...new Set(entries.map(({ event }) => event.source))];
  return sources.map((source) => {
    const own = entries.filter(({ event }) => event.source === source);
    const topics = own.map(({ event }) => event.topic);
    const heard = consumers.filter(({ topic }) => topics.includes(topic));
    const steps = deliveryOf({ entries: own, consumers: heard, timers, lifecycles: [] });
    const ended = hasEnded(steps);
    const state = ended ? 'delivered' : 'under way';
    const services = [source, ...heard.map(({ service }) => service)];
    return { system: source, title: 'events', state, steps, hasEnded: ended, services };
  });
};
