import { z } from 'zod';

const counts = z.object({
  lines: z.number(),
  imported: z.number(),
  failed: z.number(),
});
export type ImportCounts = z.infer<typeof counts>;

const refusedLine = z.object({
  line: z.number(),
  /** Absent when the line could not be read. */
  order_id: z.number().optional(),
  code: z.string(),
  message: z.string(),
});
export type RefusedLine = z.infer<typeof refusedLine>;

/** One line of the answer to an import. `result` or `failure` is the last one. */
const part = z.union([
  z.object({ error: refusedLine }),
  z.object({ progress: counts }),
  z.object({ result: counts }),
  z.object({ failure: counts.extend({ code: z.string(), message: z.string() }) }),
]);
export type ImportPart = z.infer<typeof part>;

/** Reads one line of the answer; undefined when it is none. */
export const readPart = (line: string): ImportPart | undefined => {
  try {
    return part.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Reads the body of a refusal over REST; undefined when it is none. */
export const readRefusal = (body: string): z.infer<typeof refusal>['error'] | undefined => {
  try {
    return refusal.safeParse(JSON.parse(body)).data?.error;
  } catch {
    return undefined;
  }
};
