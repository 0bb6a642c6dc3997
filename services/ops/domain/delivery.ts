import type { StepProgress, StepState } from './lifecycle.ts';
import type { OrderView } from './why-stuck.ts';

/**
 * The way of the events of a key whose system has no table of its own: written, sent, and handled by each consumer that
 * has an inbox.
 */
export const deliveryOf = ({ entries, consumers }: OrderView): StepProgress[] => {
  const [first] = entries;
  const sent = stateOf(
    entries.map(({ event, isStuck }) => ({
      isStuck,
      isOver: event.status === 'COMPLETED' || event.status === 'DISCARDED',
    })),
  );
  const written = { id: 'write', title: 'Events written', who: first?.event.source ?? 'a service' };
  return [
    ...(first ? [step({ ...written, state: 'DONE', at: first.event.createdAt, after: [] })] : []),
    ...(first ? [step({ ...publishing, state: sent, at: undefined, after: ['write'] })] : []),
    ...consumers.map(({ consumer, messages }) =>
      step({
        id: `handle-${consumer}`,
        title: `Handled by ${consumer}`,
        who: consumer,
        state: stateOf(messages.map((each) => ({ ...each, isOver: isOver(each) }))),
        at: undefined,
        after: first ? ['publish'] : [],
      }),
    ),
  ];
};

const publishing = { id: 'publish', title: 'Events sent to Kafka', who: 'publisher' };

const isOver = (message: { outcome?: string; isStuck: boolean }): boolean =>
  message.outcome === 'HANDLED' || message.outcome === 'DISCARDED';

const stateOf = (all: readonly { isStuck: boolean; isOver: boolean }[]): StepState => {
  if (all.some(({ isStuck }) => isStuck)) return 'FAILED';
  return all.every((each) => each.isOver) ? 'DONE' : 'RUNNING';
};

const words: Readonly<Record<StepState, string>> = {
  DONE: 'done by',
  RUNNING: 'waits for',
  TO_COME: 'still to come, from',
  SKIPPED: 'not needed any more, of',
  FAILED: 'is stuck at',
};

const step = (
  progress: Pick<StepProgress, 'id' | 'title' | 'who' | 'state' | 'at' | 'after'>,
): StepProgress => ({
  ...progress,
  says: `${words[progress.state]} ${progress.who}`,
  isCompensation: false,
  isOverdue: false,
});
