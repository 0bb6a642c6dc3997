import { z } from 'zod';

/** Settings of a service that lets its rows be watched. */
export const watchSettings = {
  /** Watches at a time, and how long each may take. */
  WATCH_MAX_STREAMS: z.coerce.number().int().min(1).max(100_000).default(1_000),
  WATCH_MAX_MINUTES: z.coerce.number().positive().max(1_440).default(60),
  /** How long one who watches may take nothing of what there is. */
  WATCH_STALL_SECONDS: z.coerce.number().positive().max(3_600).default(60),
};
