import type { Assignment } from './consumer-options.ts';

/** What a member of a group says of its assignment. */
export const sayAssignment = (assignment: Assignment | undefined): string => {
  if (assignment === undefined) return 'not in the group';
  return assignment.partitions.length > 0 ? 'partitions assigned' : 'standing by';
};
