import type { Assignment } from '../domain/assignment.ts';

/**
 * Hands the assignment from the membership, which decides it, to the publishing loop, which works under it.
 */
export interface AssignmentHandoff {
  /** Changes the assignment; resolves when no work under the previous one is in progress. */
  assign(assignment: Assignment): Promise<void>;
  /** Ends all work under this assignment, because the lease is lost. */
  withdraw(): void;
  /** For the loop, between two passes: returns what to publish now. */
  collect(): Assignment | undefined;
  /** For the loop, in the middle of a pass: is this still the current assignment? */
  isWanted(assignment: Assignment): boolean;
  /** The buckets that are published now. */
  assigned(): readonly number[];
}

export const createAssignmentHandoff = (onChange: () => void): AssignmentHandoff => {
  let wanted: Assignment | undefined;
  let waiting: (() => void)[] = [];
  return {
    assign: (assignment) => {
      if (wanted && isSame(wanted, assignment)) return Promise.resolve();
      wanted = assignment;
      onChange();
      return new Promise((resolve) => waiting.push(resolve));
    },
    withdraw: () => {
      wanted = undefined;
      onChange();
    },
    collect: () => {
      // between two passes no work is in progress, and the next pass works under the current assignment
      const done = waiting;
      waiting = [];
      for (const resolve of done) resolve();
      return wanted;
    },
    isWanted: (assignment) => wanted === assignment,
    assigned: () => wanted?.buckets ?? [],
  };
};

const isSame = (a: Assignment, b: Assignment): boolean =>
  a.epoch === b.epoch && a.buckets.join() === b.buckets.join();
