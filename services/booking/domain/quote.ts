import { AppError } from '#platform/base/errors.ts';
import { isSameFlight, type Flight } from './flight.ts';

/** A price that was offered for a flight. */
export interface Quote {
  readonly quoteId: string;
  readonly flight: Flight;
  readonly amountMinor: bigint;
  /** The last moment at which it is honoured. */
  readonly validUntil: Date;
}

/**
 * The amount of an order of this flight that names the quote. Refuses `quote-not-found`, `quote-differs` when it is for
 * another flight, and `quote-expired`.
 */
export const amountOfQuote = (quote: Quote | undefined, flight: Flight, now: Date): bigint => {
  if (quote === undefined)
    throw new AppError('not-found', 'quote-not-found', 'There is no such quote.');
  const { quoteId, validUntil, amountMinor } = quote;
  if (!isSameFlight(quote.flight, flight))
    throw refusal('quote-differs', `Quote ${quoteId} is for another flight.`);
  if (now > validUntil)
    throw refusal('quote-expired', `Quote ${quoteId} was valid until ${validUntil.toISOString()}.`);
  return amountMinor;
};

const refusal = (reason: string, message: string): AppError =>
  new AppError('precondition', reason, message);
