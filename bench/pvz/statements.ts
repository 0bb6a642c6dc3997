import { writeFile } from 'node:fs/promises';
import { systemClock } from '#platform/base/clock.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { acceptOrder } from '../../services/pvz/store/accept-orders.ts';
import type { Recorded } from '../rpc/order-statements.ts';
import { toScript } from '../rpc/pgbench-script.ts';

// an id that cannot be mistaken for any other value in a statement
const orderId = 7_100_000_000_001n;

/** Accepts an order as pvz does, and writes the statements that this takes as a pgbench transaction. */
export const writeAcceptScript = async (databaseUrl: string, file: string): Promise<void> => {
  const eventId = newId();
  const statements = await recordAccept(databaseUrl, eventId);
  const uuid = `'${eventId.slice(0, 19)}8000-' || lpad(to_hex(:order_id::bigint), 12, '0')`;
  const replacements = new Map([
    [orderId.toString(), ':order_id'],
    [eventId, uuid],
  ]);
  const script = toScript(statements, replacements);
  await writeFile(file, `\\set order_id random(1, 281474976710655)\n${script}`);
};

const recordAccept = async (databaseUrl: string, eventId: string): Promise<Recorded[]> => {
  const logger = createLogger({ service: 'bench', level: 'silent', format: 'json' });
  const pool = openPool({ url: databaseUrl, applicationName: 'bench', logger, max: 1 });
  const statements: Recorded[] = [];
  const query = (statement: Recorded) => {
    statements.push(statement);
    return pool.query({ ...statement, values: [...statement.values] });
  };
  try {
    const accept = acceptOrder({
      pool: { query } as unknown as Pool,
      now: systemClock,
      newId: () => eventId,
      newCourierId: () => 173n,
      wakePublisher: () => undefined,
    });
    const expiresAt = new Date('2099-01-01T00:00:00Z');
    const order = { userId: 7n, expiresAt, package: 'bag', weight: 2.5, priceMinor: 10_000n };
    const call = { signal: new AbortController().signal, headers: {} };
    await accept({ order: { orderId, ...order }, call });
    return statements;
  } finally {
    await pool.end();
  }
};
