import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Pool } from 'pg';
import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { TicketService } from '#gen/ticket/v1/ticket_pb.ts';
import { bookingRest } from '../../testing/booking/start-booking.ts';
import type { TestDatabase } from '../../testing/engines/database.ts';
import type { RestContract } from '../../testing/services/rest-client.ts';
import { protocols, startService } from '../../testing/services/start-service.ts';
import { contractAttacks } from './attacks/contract.ts';
import type { Subject } from './subject.ts';

// events come and go without a broker later
const noBroker = { KAFKA_BROKERS: '127.0.0.1:1' };
const overRpc = protocols.filter((protocol) => protocol !== 'rest');

interface Parts extends Pick<Subject, 'name' | 'protocols' | 'validCall'> {
  rest?: RestContract;
  env: Readonly<Record<string, string>>;
  /** Selects what is saved in part only. */
  halfDone: string;
}

const open = (
  database: TestDatabase,
  attacks: Subject['attacks'],
  { rest = { paths: {} }, env, halfDone, ...parts }: Parts,
): Subject => ({
  ...parts,
  attacks,
  sku: 0,
  start: (more) => {
    const own = { DATABASE_URL: database.urlFor(parts.name), ...env };
    return startService({ name: parts.name, rest, env: { ...own, ...more } });
  },
  findTableFaults: async () => {
    const admin = new Pool({ connectionString: database.adminUrl, max: 1 });
    const { rows } = await admin.query<object>(halfDone).finally(() => admin.end());
    return rows.map((row) => `half done: ${JSON.stringify(row)}`);
  },
});

const flight = { from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' };
const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const expiresAt = timestampFromDate(new Date('2099-01-01T00:00:00Z'));
const firstParcel = 4_000_000_000_000_000n;

/** The services that have the same servers as loms: of them the RPCs are attacked. */
export const openOthers = (database: TestDatabase): Subject[] => [
  open(database, contractAttacks('booking', BookingService), {
    name: 'booking',
    rest: bookingRest,
    env: noBroker,
    protocols,
    validCall: () => ({
      method: BookingService.method.createOrder,
      request: { userId, ...flight, amountMinor: 1_250_000n },
    }),
    halfDone: `SELECT order_id, sequence, event_count FROM booking.orders o
      WHERE sequence <> (SELECT count(*) FROM booking.facts f WHERE f.order_id = o.order_id)
         OR event_count <> (SELECT count(*) FROM booking.outbox e WHERE e.key = o.order_id::text)`,
  }),
  open(database, contractAttacks('ticket', TicketService), {
    name: 'ticket',
    env: noBroker,
    protocols: overRpc,
    validCall: () => ({ method: TicketService.method.getFlight, request: flight }),
    halfDone: 'SELECT order_id FROM ticket.tickets',
  }),
  open(database, contractAttacks('pvz', PvzService), {
    name: 'pvz',
    env: { RATE_LIMIT: '0' },
    protocols: overRpc,
    validCall: (number) => ({
      method: PvzService.method.acceptOrder,
      request: {
        orderId: firstParcel + BigInt(number),
        userId: 7n,
        expiresAt,
        package: 'bag',
        weight: 2.5,
        price: 100,
      },
    }),
    halfDone: `SELECT order_id, changes, events
      FROM (SELECT order_id, count(*) AS changes FROM pvz.order_changes GROUP BY order_id) c
      FULL JOIN (SELECT key, count(*) AS events FROM pvz.outbox GROUP BY key) e ON e.key = c.order_id::text
     WHERE changes IS DISTINCT FROM events`,
  }),
];
