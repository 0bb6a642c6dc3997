/** The number of old, sent rows that the outbox holds during a measurement. */
export const historyRows = 300_000;
