import type { Part } from './part.ts';

/** The fields of a part that decide when its turn comes. */
export type Ordered = Pick<Part, 'name' | 'after'>;

/**
 * Acts on each part as soon as all the parts it depends on are done; independent parts run at the same time. The
 * parts must be sorted by dependency. A dependency that is not among them counts as done, because it runs elsewhere.
 */
export const inOrder = async <P extends Ordered>(
  parts: readonly P[],
  act: (part: P) => Promise<void>,
): Promise<void> => {
  const done = new Map<string, Promise<void>>();
  for (const part of parts) {
    const before = part.after.map((name) => done.get(name) ?? Promise.resolve());
    done.set(
      part.name,
      Promise.all(before).then(() => act(part)),
    );
  }
  await Promise.all(done.values());
};

/** The same parts with the dependencies reversed: each part comes after those that depended on it. */
export const reversed = <P extends Ordered>(parts: readonly P[]): P[] =>
  parts.toReversed().map((part) => ({
    ...part,
    after: parts.filter(({ after }) => after.includes(part.name)).map(({ name }) => name),
  }));
