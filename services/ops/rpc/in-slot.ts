import { AppError, type Refusals } from '#platform/base/errors.ts';
import type { Slots } from '#platform/serving/watch/slots.ts';

/** The reasons for which a watch is refused or ends. */
export const slotRefusals = {
  exhausted: ['too-many-watches'],
  unavailable: ['watch-expired'],
} satisfies Refusals;

/** Passes a watch on while it holds a slot. Refuses it when there is none, and ends it when its time is over. */
export const inSlot = async function* <Item>(
  slots: Pick<Slots, 'enter'>,
  signal: AbortSignal,
  watch: (signal: AbortSignal) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const slot = slots.enter(signal, expired);
  if (!slot) throw tooMany();
  try {
    yield* watch(slot.signal);
  } finally {
    slot.leave();
  }
};

const expired = (): AppError =>
  new AppError(
    'unavailable',
    'watch-expired',
    'The watch has lasted as long as it may; open it again.',
  );

const tooMany = (): AppError =>
  new AppError('exhausted', 'too-many-watches', 'Too many watches are open; try again later.');
