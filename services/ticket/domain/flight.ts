/** A flight as orders name it: airports by their codes, date and time of the departure in UTC. */
export interface Flight {
  readonly from: string;
  readonly to: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** HH:MM. */
  readonly time: string;
  readonly airline: string;
}

/** The name of a flight in the tables, e.g. `SVO-LED-2026-12-01T10:30-SU`. */
export const nameOf = ({ from, to, date, time, airline }: Flight): string =>
  `${from}-${to}-${date}T${time}-${airline}`;

/** When the flight departs; undefined when there is no such day or time. */
export const departureOf = ({ date, time }: Flight): Date | undefined => {
  const departure = new Date(`${date}T${time}Z`);
  const exists = !Number.isNaN(departure.getTime());
  // the 30th of February would become a day in March
  return exists && departure.toISOString().startsWith(`${date}T${time}`) ? departure : undefined;
};
