import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { protocols, startLoms } from '../../testing/loms/start-loms.ts';
import type { LomsTables } from '../../testing/loms/tables.ts';
import { attacks } from './catalogue.ts';
import type { Subject } from './subject.ts';
import { findTableFaults } from './table-faults.ts';

const { orderCreate, stocksInfo } = LomsService.method;

/** Attacks loms with all that can be done to a server; the other services have the same one. */
export const openLoms = async (databaseUrl: string, tables: LomsTables): Promise<Subject> => {
  const sku = await tables.addStock(1_000_000_000);
  const order = { userId: 1n, items: [{ sku, count: 1 }] };
  return {
    name: 'loms',
    attacks,
    sku: Number(sku),
    start: (env) => startLoms(databaseUrl, env),
    protocols,
    validCall: (number) =>
      number % 20 < protocols.length
        ? { method: orderCreate, request: order }
        : { method: stocksInfo, request: { sku } },
    findTableFaults: (url, answers) => findTableFaults(url, tables, answers),
  };
};
