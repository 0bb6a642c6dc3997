import { z } from 'zod';

/** Settings of a service with watches. */
export const watchSettings = {
  WATCH_MAX_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Watches at a time in one process.'),
  WATCH_MAX_MINUTES: z.coerce
    .number()
    .positive()
    .max(1_440)
    .default(60)
    .describe('How long a watch may take, in minutes; then its client resumes.'),
  WATCH_STALL_SECONDS: z.coerce
    .number()
    .positive()
    .max(3_600)
    .default(60)
    .describe(
      'How many seconds a watching client may leave what there is unread, at HTTP_PORT 30 at the most; then its connection is cut.',
    ),
};
