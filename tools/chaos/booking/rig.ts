import { topicOf } from '#platform/messaging/topics.ts';
import { sagaSources } from '../../../testing/booking/start-booking.ts';
import { startTestRedis, type TestRedis } from '../../../testing/engines/redis.ts';
import type { StartedPart } from '../parts.ts';
import { startRig, type Rig } from '../rig.ts';

export const topic = topicOf('booking.v1.OrderEvent');
export const sources: readonly string[] = sagaSources.split(',');

/** The user whose payments are refused. */
export const blockedUser = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a15';

/** The booking saga: two replicas each of its services, two publishers, of which one fails on purpose, and Redis. */
export interface BookingRig extends Rig {
  readonly bookings: readonly StartedPart[];
  readonly payments: readonly StartedPart[];
  readonly tickets: readonly StartedPart[];
  readonly redis: TestRedis;
}

// what has not ended after so long is listed as stuck, and waited for
const usualTimeout = { SAGA_TIMEOUT: '3s', SAGA_ON_TIMEOUT: 'hold' };

export const startBookingRig = (): Promise<BookingRig> =>
  startRig(async ({ start, startPublishers }, _, closers) => {
    const redis = await startTestRedis();
    closers.push(() => redis.close());
    const startTwo = async (service: string, env: Record<string, string>) => [
      await start(`${service}-1`, service, env),
      await start(`${service}-2`, service, env),
    ];
    const payments = await startTwo('payment', { BLOCKED_USERS: blockedUser });
    const tickets = await startTwo('ticket', {});
    const addressOf = ([first]: readonly StartedPart[]) => `http://127.0.0.1:${first?.grpcPort}`;
    const bookings = await startTwo('booking', {
      ...usualTimeout,
      PAYMENT_URL: addressOf(payments),
      TICKET_URL: addressOf(tickets),
      REDIS_URL: redis.proxiedUrl,
    });
    await startPublishers(sagaSources, { OUTBOX_CHAOS: '0.2' });
    return { bookings, payments, tickets, redis };
  });
