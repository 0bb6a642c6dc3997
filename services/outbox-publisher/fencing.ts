import type { Pool } from '#platform/database/pool.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { Config } from './config.ts';
import { timing, type Lease } from './domain/lease.ts';
import type { Member } from './domain/member.ts';
import type { ValueFormOf } from './domain/value-form.ts';
import { fenceOff, openFencedProducer } from './events/fenced-producer.ts';
import { openSourceProducer } from './events/producer.ts';
import { findMember } from './store/members.ts';
import type { OneLifeProducer } from './usecases/sender.ts';

export interface FencingParts {
  by: Config['PUBLISHER_FENCING'];
  kafka: Kafka;
  /** A client that knows this broker alone. */
  kafkaAt: (address: string) => Kafka;
  pool: Pool;
  formOf: ValueFormOf;
  currentLease: () => Lease | undefined;
}

export interface Fencing {
  openProducer(source: string, broker?: string): Promise<OneLifeProducer>;
  /** Absent where the lease alone fences. */
  fence: ((member: Member) => Promise<void>) | undefined;
}

/** What keeps a stale owner's request from taking effect. docs/decisions/0014 compares the two. */
export const createFencing = ({
  by,
  kafka,
  kafkaAt,
  pool,
  formOf,
  currentLease,
}: FencingParts): Fencing =>
  by === 'lease'
    ? {
        openProducer: (source, broker) => {
          const client = broker === undefined ? kafka : kafkaAt(broker);
          return openSourceProducer({ kafka: client, source, formOf, now: pool.clock.now });
        },
        fence: undefined,
      }
    : {
        openProducer: (source) =>
          openFencedProducer({
            ...{ kafka, source, formOf, currentLease, now: pool.clock.now },
            findMember: findMember(pool, timing.leaseMs),
          }),
        fence: (member) => fenceOff(kafka, member),
      };
