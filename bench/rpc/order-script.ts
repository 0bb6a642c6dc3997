import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '#platform/base/ids.ts';
import type { Environment } from './environment.ts';
import { firstSku, itemsOf, skusOf, userId } from './order-load.ts';
import { recordOrder } from './order-statements.ts';
import { toScript } from './pgbench-script.ts';

// order ids that cannot be mistaken for any other value in a statement
const firstOrderId = 7_100_000_000_000n;

/**
 * Writes the statements that loms sends for an order as a pgbench transaction; each client buys two skus of its own.
 */
export const writeOrderScript = async ({
  databaseUrl,
  folder,
  query,
}: Environment): Promise<string> => {
  await query(`SELECT setval('loms.order_ids', $1)`, [firstOrderId]);
  const eventIds = [newId(), newId()];
  const recorded = await recordOrder(databaseUrl, { userId, items: itemsOf(0) }, eventIds);
  const [first, second] = skusOf(0);
  const replacements = new Map([
    [recorded.orderId.toString(), ':order_id'],
    [first.toString(), ':first_sku'],
    [second.toString(), ':second_sku'],
    ...eventIds.map((id, n): [string, string] => [id, uuidOfOrder(id, n)]),
  ]);
  const script = join(folder, 'order-create.sql');
  await writeFile(
    script,
    `\\set first_sku ${firstSku} + 2 * :client_id\n\\set second_sku :first_sku + 1\n` +
      toScript(recorded.statements, replacements),
  );
  return script;
};

/** A UUID v7 with the present time, in which the order's id and the event's number replace the random bits. */
const uuidOfOrder = (id: string, n: number): string =>
  `'${id.slice(0, 19)}800${n}-' || lpad(to_hex(:order_id::bigint), 12, '0')`;
