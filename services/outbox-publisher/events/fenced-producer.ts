import type { Clock } from '#platform/base/clock.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { openProducer } from '#platform/messaging/kafka/producer.ts';
import { LeaseLost, type Lease } from '../domain/lease.ts';
import type { Member } from '../domain/member.ts';
import type { ValueFormOf } from '../domain/value-form.ts';
import type { OneLifeProducer } from '../usecases/sender.ts';
import { openSourceProducer } from './producer.ts';

const fenceDeadlineMs = 3_000;
const closeLimitMs = 1_000;

/** Two, used in turn: a transaction of one id has to wait for the markers of its last one to be written. */
const transactionalIdsOf = (source: string, { epoch, joinedUs }: Member): string[] =>
  [1, 2].map((n) => `outbox-publisher-${source}-${epoch}-${joinedUs}-${n}`);

export interface FencedProducerParts {
  kafka: Kafka;
  source: string;
  formOf: ValueFormOf;
  /** The time that messages bear. */
  now: Clock;
  currentLease: () => Lease | undefined;
  findMember: (epoch: bigint) => Promise<Member | undefined>;
}

/**
 * A producer under an id of the member, for as long as its epoch lasts. Whoever opens an id last has it, a
 * stale owner too. So the database is asked after the opening: as the member had not expired by then, whoever
 * ends its epoch takes the id later than this producer did.
 */
export const openFencedProducer = async (parts: FencedProducerParts): Promise<OneLifeProducer> => {
  const { currentLease, findMember, ...sending } = parts;
  const epoch = currentLease()?.epoch;
  const member = epoch === undefined ? undefined : await findMember(epoch);
  if (!member) throw new LeaseLost('no epoch to open a producer under');
  const ids = transactionalIdsOf(sending.source, member);
  const producer = await openInTurn(
    ids.map((transactionalId) => () => openSourceProducer({ ...sending, transactionalId })),
  );
  const refuse = async (): Promise<never> => {
    await producer.close();
    throw new LeaseLost(`epoch ${member.epoch} has ended`);
  };
  if (!(await findMember(member.epoch))) return refuse();
  return {
    send: (batch, deadlineMs) =>
      currentLease()?.epoch === member.epoch ? producer.send(batch, deadlineMs) : refuse(),
    close: () => producer.close(),
  };
};

/** Opens all or none; each send goes by the next. */
const openInTurn = async (
  opens: readonly (() => Promise<OneLifeProducer>)[],
): Promise<OneLifeProducer> => {
  const producers: OneLifeProducer[] = [];
  const close = async () => {
    await Promise.all(producers.map((producer) => producer.close()));
  };
  try {
    for (const open of opens) producers.push(await open());
  } catch (error) {
    await close();
    throw error;
  }
  const send: OneLifeProducer['send'] = async (batch, deadlineMs) => {
    const next = producers.shift();
    if (!next) throw new Error('There is always a producer.');
    producers.push(next);
    return next.send(batch, deadlineMs);
  };
  return { send, close };
};

/**
 * When it resolves, nothing that the member sent before can still take effect: it is committed, or the
 * broker refuses it. Rejects while the broker cannot be reached.
 */
export const fenceOff = async (kafka: Kafka, member: Member): Promise<void> => {
  const ids = member.sources.flatMap((source) => transactionalIdsOf(source, member));
  for (const transactionalId of ids) {
    const fence = await openProducer({ kafka, deadlineMs: fenceDeadlineMs, transactionalId });
    await fence.close(closeLimitMs);
  }
};
