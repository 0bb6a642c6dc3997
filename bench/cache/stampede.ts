import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { openCaller } from '../grpc-caller.ts';
import type { Environment, Inventories } from './environment.ts';
import { partIdOf } from './parts.ts';

const readers = 1_000;
const { getStock } = InventoryService.method;

/**
 * A thousand readers at two processes ask for one part at once, which nobody has asked for before; once for each of the
 * parts with these numbers. Returns how often each was read from the database.
 */
export const measureStampedes = async (
  environment: Environment,
  { ports }: Inventories,
  parts: readonly number[],
): Promise<number[]> => {
  const callers = ports.map(openCaller);
  const loads: number[] = [];
  for (const part of parts) {
    const before = await environment.countStatements('WHERE part_id = $1');
    const ask = { partId: partIdOf(part) };
    const calls = callers.flatMap((caller) =>
      Array.from({ length: readers / callers.length }, () => caller.call(getStock, ask)),
    );
    await Promise.all(calls);
    loads.push((await environment.countStatements('WHERE part_id = $1')) - before);
  }
  for (const caller of callers) caller.close();
  return loads;
};
