import { AppError, type Refusals } from '../../base/errors.ts';
import type { Slots } from './slots.ts';

/** The reasons for which a watch is refused or ends. */
export const slotRefusals = {
  exhausted: ['too-many-watches'],
  unavailable: ['watch-expired'],
} satisfies Refusals;

export interface SlotUse {
  slots: Pick<Slots, 'enter'>;
  /** Ends the watch. */
  signal: AbortSignal;
  /** What a caller does whose watch has expired. */
  goOn: string;
}

/** Passes a watch on while it holds a slot. Refuses it when there is none, and ends it when its time is over. */
export const inSlot = async function* <Item>(
  { slots, signal, goOn }: SlotUse,
  watch: (signal: AbortSignal) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const slot = slots.enter(signal, () => expired(goOn));
  if (!slot) throw tooMany();
  try {
    yield* watch(slot.signal);
  } finally {
    slot.leave();
  }
};

const expired = (goOn: string): AppError =>
  new AppError('unavailable', 'watch-expired', `The watch has lasted as long as it may; ${goOn}.`);

const tooMany = (): AppError =>
  new AppError('exhausted', 'too-many-watches', 'Too many watches are open; try again later.');
