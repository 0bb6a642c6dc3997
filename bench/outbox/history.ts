/** Rows sent long since that the outbox holds while something is measured. */
export const historyRows = 300_000;
