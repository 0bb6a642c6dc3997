import { AppError } from '#platform/base/errors.ts';
import type { DiscardedEvent } from '../domain/changed.ts';
import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';
import { refuseWrongId } from './event-id.ts';
import {
  doOnce,
  entryOf,
  withoutConflict,
  type ActDeps,
  type DoneOperation,
  type KeptChange,
  type RequestOfAct,
} from './operation.ts';
import type { KeyOfTopic } from './redrive.ts';

export interface DiscardInput {
  actor: string;
  reason: string;
  source: string;
  /** The id of the event; when empty, key and sequence identify it. */
  id: string;
  topic: string;
  key: string;
  sequence: bigint;
  dryRun: boolean;
  request?: RequestOfAct | undefined;
}

export interface DiscardResult extends Omit<DiscardedEvent, 'sequence'> {
  operationId: string;
  sequence: bigint;
}

export interface DiscardDeps extends ActDeps {
  sources: Sources;
  findById: (source: string, id: string) => Promise<OutboxEvent[]>;
  findBySequence: (
    source: string,
    key: { key: string; topic: string },
    sequence: bigint,
  ) => Promise<OutboxEvent[]>;
  countHeld: (
    source: string,
    keys: readonly KeyOfTopic[],
  ) => Promise<{ failed: number; waiting: number }>;
  discardEvent: (
    source: string,
    event: { id: string; actor: string; reason: string; request?: RequestOfAct | undefined },
    entry: (released: number | undefined) => DoneOperation,
  ) => Promise<KeptChange>;
  wakePublisher: (source: string) => void;
}

/** Discards one FAILED event. Refuses any other: one that may be in flight cannot be taken back. */
export const discard =
  (deps: DiscardDeps) =>
  async (input: DiscardInput): Promise<DiscardResult> => {
    const source = deps.sources.one(input.source);
    if (input.dryRun) return look(deps, source, input);
    return answerOf(await doOnce(deps, input.request, () => giveUp(deps, source, input)));
  };

const look = async (
  deps: DiscardDeps,
  source: string,
  input: DiscardInput,
): Promise<DiscardResult> => {
  const { event, entry, changedBy } = await choose(deps, source, input);
  const { topic, key } = event;
  const { failed, waiting } = await deps.countHeld(source, [{ topic, key }]);
  // Rows that wait behind another FAILED event of the key are not released.
  const released = failed === 1 ? waiting : 0;
  const operation = entry(1 + released);
  await deps.keepOperation(operation);
  return answerOf({ id: operation.id, changed: changedBy(released) });
};

const giveUp = async (
  deps: DiscardDeps,
  source: string,
  input: DiscardInput,
): Promise<KeptChange> => {
  const { event, entry, changedBy } = await choose(deps, source, input);
  const { actor, reason, request } = input;
  const discarded = await withoutConflict(() =>
    deps.discardEvent(source, { id: event.id, actor, reason, request }, (count) => {
      if (count !== undefined) return entry(1 + count, changedBy(count));
      throw new AppError(
        'conflict',
        'event-changed',
        'Somebody else redrove or discarded it at the same time: look again.',
      );
    }),
  );
  deps.wakePublisher(source);
  return discarded;
};

const choose = async (deps: DiscardDeps, source: string, input: DiscardInput) => {
  const event = await findFailed(deps, source, input);
  const { actor, reason, dryRun } = input;
  const { id, topic, key } = event;
  const named = { id, topic, key, sequence: event.sequence.toString() };
  const entry = entryOf(deps, {
    actor,
    operation: 'discard',
    source,
    dryRun,
    request: dryRun ? undefined : input.request,
    arguments: { ...named, reason },
  });
  const changedBy = (released: number): DiscardedEvent => ({ ...named, released });
  return { event, entry, changedBy };
};

const answerOf = ({ id, changed }: KeptChange): DiscardResult => {
  const event = changed as DiscardedEvent;
  return { ...event, operationId: id, sequence: BigInt(event.sequence) };
};

const findFailed = async (
  deps: DiscardDeps,
  source: string,
  input: DiscardInput,
): Promise<OutboxEvent> => {
  const event = theOne(await find(deps, source, input), input);
  if (event.status === 'FAILED') return event;
  throw new AppError(
    'precondition',
    'event-not-failed',
    `Only a FAILED event can be given up; sequence ${event.sequence.toString()} of ${event.key} is ${event.status}.`,
    { metadata: { id: event.id, status: event.status } },
  );
};

const find = (deps: DiscardDeps, source: string, input: DiscardInput): Promise<OutboxEvent[]> => {
  const { id, key, topic, sequence } = input;
  const hasPlace = key !== '' && sequence > 0n;
  const isMixed = id !== '' && (key !== '' || topic !== '' || sequence > 0n);
  if (isMixed || (id === '' && !hasPlace)) {
    throw new AppError(
      'invalid',
      'event-missing',
      'Say which event: either its id, or its key and sequence (and topic).',
    );
  }
  if (id === '') return deps.findBySequence(source, { key, topic }, sequence);
  refuseWrongId(id, 'id');
  return deps.findById(source, id);
};

const theOne = (events: readonly OutboxEvent[], { topic }: DiscardInput): OutboxEvent => {
  const [event] = events;
  if (!event) {
    throw new AppError('not-found', 'event-not-found', 'There is no such event in the outbox.');
  }
  if (events.length === 1) return event;
  const topics = events.map((each) => each.topic).join(', ');
  const message =
    topic === '' ? `Say in which topic: ${topics}.` : 'Say its id: there are several.';
  throw new AppError('invalid', 'event-ambiguous', message, { field: 'topic' });
};
