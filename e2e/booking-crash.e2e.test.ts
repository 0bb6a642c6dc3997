import { Pool, type PoolClient } from 'pg';
import { BookingService, OrderStatus } from '#gen/booking/v1/booking_pb.ts';
import { countHandlings } from '../testing/booking/acted-on.ts';
import { findFaults, findUndone, findUnderWay } from '../testing/booking/find-faults.ts';
import {
  startBooking,
  type BookingSystem,
  type SagaService,
} from '../testing/booking/start-booking.ts';
import { startProxy, type Proxy } from '../testing/engines/proxy.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import { killLeftServices } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

const { createOrder, getWorkflow, refundOrder } = BookingService.method;
const { TICKET_ISSUED, CANCELLED, REFUNDED } = OrderStatus;
const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const flight = { from: 'SVO', to: 'LED', date: '2099-07-01', time: '09:30', airline: 'SU' };
const order = { userId, ...flight, amountMinor: 1_250_000n };
const departed = { date: '2020-05-01' };
const tooMuch = { amountMinor: 500_000_000n };
const timeoutMs = 120_000;

let booking: BookingSystem;
let admin: Pool;
/** Between each service and Postgres. */
const proxies = {} as Record<SagaService, Proxy>;

// A transaction that has saved an event of some type waits for whoever has the advisory lock with that name: before
// it can commit, or in its COMMIT.
const holdTransactions = `
  CREATE SCHEMA watch;
  CREATE FUNCTION watch.hold() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(
      concat_ws(' ', TG_NAME, TG_TABLE_SCHEMA, to_jsonb(NEW) ->> TG_ARGV[0]), 0));
    RETURN NULL;
  END $$;
  ${Object.entries({
    'booking.facts': 'type',
    'payment.outbox': 'event_type',
    'ticket.outbox': 'event_type',
  })
    .map(
      ([table, type]) => `
  CREATE TRIGGER before_commit AFTER INSERT ON ${table}
    FOR EACH ROW EXECUTE FUNCTION watch.hold('${type}');
  CREATE CONSTRAINT TRIGGER in_commit AFTER INSERT ON ${table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION watch.hold('${type}');`,
    )
    .join('')}`;

beforeAll(async () => {
  booking = await startBooking(async ({ database }) => {
    admin = new Pool({ connectionString: database.adminUrl, max: 5 });
    await admin.query(holdTransactions);
    const env = async (name: SagaService) => {
      proxies[name] = await startProxy(Number(new URL(database.adminUrl).port));
      const url = new URL(database.urlFor(name));
      url.port = String(proxies[name].port);
      const timeout = name === 'booking' && { SAGA_TIMEOUT: '1h', SAGA_ON_TIMEOUT: 'compensate' };
      return { DATABASE_URL: url.href, SESSION_TIMEOUT_MS: '1000', ...timeout };
    };
    const [own, payment, ticket] = [
      await env('booking'),
      await env('payment'),
      await env('ticket'),
    ];
    return { booking: own, payment, ticket };
  });
});
afterAll(async () => {
  await admin.end();
  await booking.close();
  await killLeftServices();
  for (const proxy of Object.values(proxies)) await proxy.close();
});

type Stop = 'before_commit' | 'in_commit';

/** A service that is to be killed, and the event that its transaction has then saved. */
type Death = readonly [SagaService, string];

interface Held {
  /** Holds the next transaction in which the service saves such an event; resolves once `act` has led to it. */
  until: (death: Death, act: () => Promise<unknown>) => Promise<void>;
  deaths: Map<SagaService, PoolClient>;
}

const holdAt = (stop: Stop): Held => {
  const deaths: Held['deaths'] = new Map();
  return {
    deaths,
    until: async ([service, type], act) => {
      const holder = await admin.connect();
      deaths.set(service, holder);
      await holder.query('BEGIN');
      const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
      await holder.query(lock, [`${stop} ${service} ${type}`]);
      await act();
      await untilWaitingForLock(admin, service);
    },
  };
};

const sessionsOf = `FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()`;

/** Starts services again at once. */
const restartAll = (names: readonly SagaService[]): Promise<unknown> =>
  Promise.all(names.map((name) => booking.restart(name)));

/** Kills the services while their transactions are held, none of which has heard of its commit, and starts them again. */
const killHeld = async (stop: Stop, { deaths }: Held, restart = restartAll): Promise<void> => {
  const names = [...deaths.keys()];
  if (stop === 'in_commit') {
    for (const name of names) proxies[name].set('half-open');
    for (const holder of deaths.values()) await holder.query('ROLLBACK');
    for (const name of names) {
      const held = `SELECT ${sessionsOf} AND wait_event = 'advisory'`;
      const isSaved = async () => (await admin.query(held, [name])).rowCount === 0;
      await waitFor(isSaved, { what: `the commit of ${name}`, timeoutMs });
    }
  }
  for (const name of names) await kill(name, stop);
  for (const holder of deaths.values()) holder.release(true);
  await restart(names);
};

/** Kills a service, and waits until the server has ended the sessions that it had. */
const kill = async (name: SagaService, stop: Stop): Promise<void> => {
  const service = booking.services[name];
  service.process.kill('SIGKILL');
  expect(await service.process.exit).toEqual({ code: null, signal: 'SIGKILL' });
  service.closeClients();
  // what is held before its commit would otherwise go on once it is let go; a commit that was sent is carried out
  if (stop === 'before_commit')
    await admin.query(`SELECT pg_terminate_backend(pid) ${sessionsOf}`, [name]);
  proxies[name].set('pass');
  const areOver = async () => (await admin.query(`SELECT ${sessionsOf}`, [name])).rowCount === 0;
  await waitFor(areOver, { what: `no session of ${name}`, timeoutMs });
};

const { ask } = contractWords(() => booking.services.booking, 'grpc');
const create = async (changes: object = {}): Promise<string> =>
  (await ask(createOrder, { ...order, ...changes })).orderId;

/** Creates an order with a key; `undefined` when the call is not answered. */
const createWith = async (key: string): Promise<string | undefined> => {
  const { grpc } = booking.services.booking.clients;
  const { answer } = await grpc.call(createOrder, order, { headers: { 'idempotency-key': key } });
  return (answer as { orderId: string } | undefined)?.orderId;
};

const query = <Row>(text: string, values?: unknown[]) => booking.system.query<Row>(text, values);

const untilAllIsDone = async (): Promise<void> => {
  let left: unknown[] = [];
  const isDone = async () =>
    (left = [...(await findUndone(query)), ...(await findUnderWay(query))]).length === 0;
  await waitFor(isDone, { what: 'all to be done', timeoutMs }).catch((error: unknown) => {
    throw new Error(`left undone: ${JSON.stringify(left)}`, { cause: error });
  });
};

/** Expects, of each order, its status and the events that there are of it in the order of the saga. */
const expectEnded = async (orders: readonly [string, OrderStatus, string][]): Promise<void> => {
  await untilAllIsDone();
  expect(await findFaults(query)).toEqual([]);
  for (const [orderId, status, events] of orders) {
    const { order: found, outbox, inbox, steps } = await ask(getWorkflow, { orderId });
    expect(found?.status).toBe(status);
    expect(outbox.map(({ eventType }) => eventType).toSorted()).toEqual(
      events.split(' ').toSorted(),
    );
    expect(inbox).toHaveLength(countHandlings(outbox.map(({ eventType }) => eventType)));
    const over = { state: expect.stringMatching(/^(done|failed|compensated)$/) as unknown };
    expect(steps).toMatchObject(steps.map(() => over));
  }
};

const countOrders = async (): Promise<number> =>
  (await query<{ n: number }>('SELECT count(*)::int AS n FROM booking.orders'))[0]!.n;

const issued = 'OrderCreated PaymentAuthorized TicketIssued';
const rejected = 'OrderCreated PaymentAuthorized TicketRejected PaymentRefunded';
const takenBack = `${issued} RefundRequested PaymentRefunded TicketCancelled`;

describe.each<[string, Stop]>([
  ['before its transaction is committed', 'before_commit'],
  ['after its commit, of which it has not heard', 'in_commit'],
])('a service is killed %s', (_, stop) => {
  let held: Held;
  beforeEach(() => {
    held = holdAt(stop);
  });

  test('CreateOrder, the authorization and the issue', async () => {
    let [late, unpaid] = ['', ''];
    await held.until(['ticket', 'TicketIssued'], async () => (late = await create()));
    await held.until(['payment', 'PaymentAuthorized'], async () => (unpaid = await create()));
    const key = crypto.randomUUID();
    let answered: Promise<string | undefined> = Promise.resolve('');
    await held.until(['booking', 'OrderCreated'], () => {
      answered = createWith(key);
      return Promise.resolve();
    });
    await killHeld(stop, held);
    expect(await answered).toBeUndefined();
    const before = await countOrders();
    const orderId = (await createWith(key))!;
    expect(await createWith(key)).toBe(orderId);
    expect((await countOrders()) - before).toBe(stop === 'before_commit' ? 1 : 0);
    await expectEnded([late, unpaid, orderId].map((id) => [id, TICKET_ISSUED, issued]));
  });

  test('the rejection of a ticket, and the request of a refund', async () => {
    const refunded = await create();
    await untilAllIsDone();
    let refused = '';
    await held.until(['ticket', 'TicketRejected'], async () => (refused = await create(departed)));
    await held.until(['booking', 'RefundRequested'], () => {
      void askForRefund(refunded);
      return Promise.resolve();
    });
    await killHeld(stop, held);
    expect(await askForRefund(refunded)).toBe('OK');
    await expectEnded([
      [refunded, REFUNDED, takenBack],
      [refused, CANCELLED, rejected],
    ]);
  });

  test('the void of a payment, while booking moves the order', async () => {
    let orderId = '';
    const both: Death[] = [
      ['payment', 'PaymentRefunded'],
      ['booking', 'TicketRejected'],
    ];
    await held.until(both[0]!, () =>
      held.until(both[1]!, async () => void (orderId = await create(departed))),
    );
    await killHeld(stop, held);
    await expectEnded([[orderId, CANCELLED, rejected]]);
  });

  test('the refund of a payment and the cancellation of a ticket', async () => {
    const orderId = await create();
    await untilAllIsDone();
    await held.until(['payment', 'PaymentRefunded'], () =>
      held.until(['ticket', 'TicketCancelled'], () => askForRefund(orderId)),
    );
    await killHeld(stop, held);
    await expectEnded([[orderId, REFUNDED, takenBack]]);
  });

  test('the timeout of a saga, while the ticket is issued late', async () => {
    let orderId = '';
    await held.until(['ticket', 'TicketIssued'], async () => (orderId = await create()));
    const due = `UPDATE booking.timers SET due_at = now() WHERE key = $1`;
    await held.until(['booking', 'RefundRequested'], () => query(due, [orderId]));
    await killHeld(stop, held, () => restartForTimeout(orderId));
    await expectEnded([[orderId, CANCELLED, takenBack]]);
  });

  test('the refusal of a payment, while booking moves an order that is paid', async () => {
    let [paid, refused] = ['', ''];
    await held.until(['booking', 'PaymentAuthorized'], async () => (paid = await create()));
    await held.until(['payment', 'PaymentFailed'], async () => (refused = await create(tooMuch)));
    await killHeld(stop, held);
    await expectEnded([
      [paid, TICKET_ISSUED, issued],
      [refused, CANCELLED, 'OrderCreated PaymentFailed'],
    ]);
  });
});

/** Starts ticket once the timeout is saved: a ticket that were issued before it would end the saga in time. */
const restartForTimeout = async (orderId: string): Promise<void> => {
  await booking.restart('booking');
  const timedOut = `SELECT FROM booking.facts WHERE order_id = $1 AND type = 'RefundRequested'`;
  const isTimedOut = async () => (await query(timedOut, [orderId])).length === 1;
  await waitFor(isTimedOut, { what: 'the timeout of the saga', timeoutMs });
  await booking.restart('ticket');
};

const askForRefund = async (orderId: string): Promise<string> => {
  const { grpc } = booking.services.booking.clients;
  return (await grpc.call(refundOrder, { orderId, reason: 'a change of mind' })).code;
};
