import type { ReadinessCheck } from '../readiness.ts';

/** Ready while it is in its groups. */
export const groupCheck =
  (member: { isReady: () => boolean }): ReadinessCheck =>
  () =>
    member.isReady() ? Promise.resolve() : Promise.reject(new Error('not in the group'));
