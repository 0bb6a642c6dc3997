import type { Part } from './part.ts';

/** The part of a part that its place in the order depends on. */
export type Ordered = Pick<Part, 'name' | 'after'>;

/**
 * Acts on each part as soon as all that it comes after are done; what is independent goes on at once.
 * Parts are given in order; a name that is not among them counts as done (it comes from outside).
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

/** The same parts the other way round: each comes after those that needed it. */
export const reversed = <P extends Ordered>(parts: readonly P[]): P[] =>
  parts.toReversed().map((part) => ({
    ...part,
    after: parts.filter(({ after }) => after.includes(part.name)).map(({ name }) => name),
  }));
