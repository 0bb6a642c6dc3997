import { v7 } from 'uuid';

/** Returns a new UUID v7, whose first 48 bits are the time in milliseconds. */
export const newId = (): string => v7();
