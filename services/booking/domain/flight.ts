/** A flight as a customer names it. */
export interface Flight {
  /** Three capital letters. */
  readonly from: string;
  readonly to: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** HH:MM, UTC. */
  readonly time: string;
  readonly airline: string;
}

/** When the flight departs; undefined when there is no such day, e.g. 30 February. */
export const departureOf = ({ date, time }: Flight): Date | undefined => {
  const moment = new Date(`${date}T${time}:00Z`);
  // JavaScript takes 30 February for 2 March
  return Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(date)
    ? undefined
    : moment;
};

export const isSameFlight = (one: Flight, other: Flight): boolean =>
  one.from === other.from &&
  one.to === other.to &&
  one.date === other.date &&
  one.time === other.time &&
  one.airline === other.airline;
