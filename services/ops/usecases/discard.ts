import { AppError } from '#platform/base/errors.ts';
import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';
import { refuseWrongId } from './event-id.ts';
import { entryOf, withoutConflict, type DoneOperation, type OperationDeps } from './operation.ts';
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
}

export interface DiscardDeps extends OperationDeps {
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
    event: { id: string; actor: string; reason: string },
    entry: (released: number | undefined) => DoneOperation,
  ) => Promise<number>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
  wakePublisher: (source: string) => void;
}

/** Discards one FAILED event. Refuses any other: one that may be in flight cannot be taken back. */
export const discard =
  (deps: DiscardDeps) =>
  async (input: DiscardInput): Promise<{ event: OutboxEvent; released: number }> => {
    const source = deps.sources.one(input.source);
    const event = theOne(await find(deps, source, input), input);
    if (event.status !== 'FAILED') {
      throw new AppError(
        'precondition',
        'event-not-failed',
        `Only a FAILED event can be given up; sequence ${event.sequence.toString()} of ${event.key} is ${event.status}.`,
        { metadata: { id: event.id, status: event.status } },
      );
    }
    const { actor, reason, dryRun } = input;
    const { id, topic, key, sequence } = event;
    const entry = entryOf(deps, {
      actor,
      operation: 'discard',
      source,
      dryRun,
      arguments: { id, topic, key, sequence: sequence.toString(), reason },
    });
    if (dryRun) {
      const { failed, waiting } = await deps.countHeld(source, [{ topic, key }]);
      // Rows that wait behind another FAILED event of the key are not released.
      const released = failed === 1 ? waiting : 0;
      await deps.keepOperation(entry(1 + released));
      return { event, released };
    }
    const released = await withoutConflict(() =>
      deps.discardEvent(source, { id, actor, reason }, (count) => {
        if (count !== undefined) return entry(1 + count);
        throw new AppError(
          'conflict',
          'event-changed',
          'Somebody else redrove or discarded it at the same time: look again.',
        );
      }),
    );
    deps.wakePublisher(source);
    return { event, released };
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
