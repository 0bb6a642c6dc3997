import { v7 } from 'uuid';

/** A new UUID v7: its first 48 bits are the time in milliseconds. */
export const newId = (): string => v7();
