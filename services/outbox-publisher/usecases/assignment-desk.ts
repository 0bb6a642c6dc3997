import type { Assignment } from '../domain/assignment.ts';

/** Hands the assignment from the membership, which decides it, to the loop, which works under it. */
export interface AssignmentDesk {
  /** Changes what is published; resolves when nothing that was begun before is under way. */
  assign(assignment: Assignment): Promise<void>;
  /** Nothing more under this assignment: the lease is lost. */
  withdraw(): void;
  /** For the loop, between two passes: what to work on now. */
  collect(): Assignment | undefined;
  /** For the loop, in the middle of a pass: is this still what is wanted? */
  isWanted(assignment: Assignment): boolean;
  /** The buckets that are published now. */
  assigned(): readonly number[];
}

export const createAssignmentDesk = (onChange: () => void): AssignmentDesk => {
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
      // between two passes nothing is under way, and the next one is of what is wanted now
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
