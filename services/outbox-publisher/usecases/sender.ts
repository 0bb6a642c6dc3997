import { sleep } from '#platform/base/sleep.ts';
import { LeaseLost, type Lease } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow } from '../domain/row.ts';

/** A producer that must not be used after its first rejection. */
export interface OneLifeProducer {
  send: (parts: readonly RequestPart[], deadlineMs: number) => Promise<SentRow[]>;
  close: () => Promise<void>;
}

export interface SenderDeps {
  openProducer: () => Promise<OneLifeProducer>;
  currentLease: () => Lease | undefined;
  monotonicMs: () => number;
  /** How long one request may take. */
  sendDeadlineMs: number;
  /** Lease that must remain beyond that, so that the answer can still be processed. */
  marginMs: number;
}

export interface Sender {
  /** Sends under an epoch. Rejects with LeaseLost before anything is sent when the epoch has ended. */
  readonly send: (epoch: bigint, parts: readonly RequestPart[]) => Promise<SentRow[]>;
  readonly close: () => Promise<void>;
}

const renewalPollMs = 20;

/**
 * Sends only while the lease lasts longer than a request may take, so that a request has ended, one way or
 * the other, before another publisher may send the same rows.
 */
export const createSender = (deps: SenderDeps): Sender => {
  let producer: OneLifeProducer | undefined;

  const awaitEnoughLease = async (epoch: bigint): Promise<void> => {
    for (;;) {
      const lease = deps.currentLease();
      if (lease?.epoch !== epoch) throw new LeaseLost(`epoch ${epoch.toString()} has ended`);
      if (lease.validUntilMs - deps.monotonicMs() > deps.sendDeadlineMs + deps.marginMs) return;
      await sleep(renewalPollMs);
    }
  };

  const drop = async (): Promise<void> => {
    const unusable = producer;
    producer = undefined;
    await unusable?.close();
  };

  return {
    send: async (epoch, parts) => {
      producer ??= await deps.openProducer();
      await awaitEnoughLease(epoch);
      try {
        return await producer.send(parts, deps.sendDeadlineMs);
      } catch (error) {
        await drop();
        throw error;
      }
    },
    close: drop,
  };
};
