import type { Assignment } from './consumer-options.ts';

/** Returns the log message for the assignment of a group member. */
export const sayAssignment = (assignment: Assignment | undefined): string => {
  if (assignment === undefined) return 'not in the group';
  return assignment.partitions.length > 0 ? 'partitions assigned' : 'standing by';
};
