import type { RequestPart } from '../../services/outbox-publisher/domain/request-plan.ts';
import type { Freezable } from './freezable.ts';

export interface Sending {
  readonly process: Freezable;
  /** The time until which the database has granted this publisher its lease, by `performance.now()`. */
  leaseUntilMs: () => number;
}

/**
 * Checks the promise of the lease: a request ends before its lease does, so no other publisher sends the same bucket
 * meanwhile.
 */
export const createLeaseGuard = () => {
  const violations: string[] = [];
  const inHand = new Set<{ sending: Sending; buckets: Set<number>; isExcused: () => boolean }>();
  return {
    violations,
    begin: (sending: Sending, parts: readonly RequestPart[], deadlineMs: number) => {
      const isExcused = sending.process.watch();
      const buckets = new Set(parts.flatMap(({ rows }) => rows.map(({ bucket }) => bucket)));
      const request = { sending, buckets, isExcused };
      const leftMs = sending.leaseUntilMs() - performance.now();
      if (!isExcused() && leftMs < deadlineMs)
        violations.push(`a request began with ${leftMs.toFixed()} ms of lease left`);
      for (const other of inHand) {
        if (other.sending === sending || other.isExcused() || isExcused()) continue;
        if (!buckets.isDisjointFrom(other.buckets))
          violations.push('two publishers had requests of one bucket in hand');
      }
      inHand.add(request);
      return () => inHand.delete(request);
    },
  };
};
