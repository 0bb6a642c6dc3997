import type { ConsumedMessage, ConsumerPosition, TimerOfKey } from '../domain/consumed.ts';
import { explainConsumed, positionWords } from '../domain/consumed-words.ts';
import { heldWords, type HeldPartition } from '../domain/held.ts';
import { timerWords } from '../domain/timer-words.ts';
import type { Explanation } from '../domain/timeline.ts';

/** A service whose inbox or timers can be read. */
export interface ReadableService {
  name: string;
  hasInbox: boolean;
  hasTimers: boolean;
}

type Key = { key: string; topic: string };

export interface ShowConsumersDeps {
  loadNow: () => Promise<Date>;
  listConsumed: (
    service: string,
    key: Key,
    limit: number,
  ) => Promise<{ messages: ConsumedMessage[]; hasEarlier: boolean }>;
  listPositions: (service: string, key: Key) => Promise<ConsumerPosition[]>;
  listTimers: (service: string, key: string) => Promise<TimerOfKey[]>;
  listHeld: (service: string) => Promise<HeldPartition[]>;
  /** Whether a consumer acts on events of a type; it passes over the others. */
  actsOn: (service: string, consumer: string, eventType: string) => boolean;
}

export interface ConsumerTimeline {
  service: string;
  consumer: string;
  topic: string;
  positions: (ConsumerPosition & { says: string })[];
  messages: (ConsumedMessage & Explanation)[];
  /** Held partitions on which the key lies. */
  held: (HeldPartition & { says: string })[];
}

export interface ConsumersOfKey {
  consumers: ConsumerTimeline[];
  timers: (TimerOfKey & { says: string })[];
  hasEarlier: boolean;
}

export interface ShowConsumersInput extends Key {
  services: readonly ReadableService[];
  limit: number;
  /** Returns the highest sequence that a source has in Kafka on a topic, of events of some types, if it is known. */
  sentUpTo: (
    source: string,
    topic: string,
    isOf: (eventType: string) => boolean,
  ) => bigint | undefined;
  /** Whether sources have sent events of the key to this partition. */
  isSentTo: (topic: string, partition: number) => boolean;
}

/** Shows what consumers did with the events of a key, why one waits, and which timers are pending. */
export const showConsumers =
  (deps: ShowConsumersDeps) =>
  async (input: ShowConsumersInput): Promise<ConsumersOfKey> => {
    const inboxes = input.services.filter(({ hasInbox }) => hasInbox);
    const clocks = input.services.filter(({ hasTimers }) => hasTimers);
    const [taken, timers] = await Promise.all([
      Promise.all(inboxes.map(({ name }) => showInbox(deps, name, input))),
      Promise.all(clocks.map(({ name }) => deps.listTimers(name, input.key))),
    ]);
    const now = await deps.loadNow();
    return {
      consumers: taken.flatMap(({ consumers }) => consumers),
      timers: timers.flat().map((timer) => ({ ...timer, says: timerWords(timer, now) })),
      hasEarlier: taken.some(({ hasEarlier }) => hasEarlier),
    };
  };

const showInbox = async (
  deps: ShowConsumersDeps,
  service: string,
  { key, topic, limit, sentUpTo, isSentTo }: ShowConsumersInput,
): Promise<{ consumers: ConsumerTimeline[]; hasEarlier: boolean }> => {
  const [{ messages, hasEarlier }, positions, allHeld] = await Promise.all([
    deps.listConsumed(service, { key, topic }, limit),
    deps.listPositions(service, { key, topic }),
    deps.listHeld(service),
  ]);
  const now = await deps.loadNow();
  const isOf = (one: Name, other: Name) =>
    one.consumer === other.consumer && one.topic === other.topic;
  const cameFrom = (place: HeldPartition) =>
    messages.some((each) => isOf(each, place) && each.partition === place.partition);
  const held = allHeld
    .filter((each) => topic === '' || each.topic === topic)
    .filter((each) => isSentTo(each.topic, each.partition) || cameFrom(each));
  const consumers = namesOf([...positions, ...messages, ...held]).map((name) => ({
    service,
    ...name,
    positions: positions
      .filter((each) => isOf(each, name))
      .map((each) => ({
        ...each,
        says: positionWords(
          each,
          sentUpTo(each.source, each.topic, (type) => deps.actsOn(service, each.consumer, type)),
        ),
      })),
    messages: messages
      .filter((each) => isOf(each, name))
      .map((each) => ({ ...each, ...explainConsumed(each, { now, queue: messages }) })),
    held: held
      .filter((each) => isOf(each, name))
      .map((each) => ({ ...each, says: heldWords(each, now) })),
  }));
  return { consumers, hasEarlier };
};

interface Name {
  consumer: string;
  topic: string;
}

const namesOf = (all: readonly Name[]): Name[] => {
  const names = new Map(
    all.map(({ consumer, topic }) => [`${consumer}\n${topic}`, { consumer, topic }]),
  );
  return [...names.keys()].sort().flatMap((name) => names.get(name) ?? []);
};
