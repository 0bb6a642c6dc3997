import type { Part } from '../domain/part.ts';
import { partsNotFound } from '../domain/stock.ts';

export interface LoadPartDeps {
  findPart: (partId: string) => Promise<Part | undefined>;
}

/** Loads a part, or throws `part-not-found`. */
export const loadPart =
  ({ findPart }: LoadPartDeps) =>
  async (partId: string): Promise<Part> => {
    const part = await findPart(partId);
    if (part) return part;
    throw partsNotFound([partId]);
  };
