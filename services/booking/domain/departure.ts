import { AppError } from '#platform/base/errors.ts';
import { departureOf, type Flight } from './flight.ts';

/** When a flight departs, or has departed. Refuses a day that does not exist (`date-wrong`). */
export const requireDay = (flight: Flight): Date => {
  const departure = departureOf(flight);
  if (departure !== undefined) return departure;
  throw new AppError('invalid', 'date-wrong', `There is no day ${flight.date}.`, { field: 'date' });
};

/** Like `requireDay`, of a flight that can still be taken. Refuses one that has departed (`flight-departed`). */
export const requireDeparture = (flight: Flight, now: Date): Date => {
  const departure = requireDay(flight);
  if (departure > now) return departure;
  const message = `The flight departed at ${departure.toISOString()}.`;
  throw new AppError('precondition', 'flight-departed', message);
};
