import { openPool, type Pool } from '#platform/database/pool.ts';
import { systemClock } from '#platform/base/clock.ts';
import { createLogger } from '#platform/base/logger.ts';
import { loadForCreation } from '../../services/loms/store/load-for-creation.ts';
import { saveReserved } from '../../services/loms/store/save-created.ts';
import { createOrder } from '../../services/loms/usecases/create-order.ts';
import type { CreateOrderInput } from '../../services/loms/usecases/create-order.ts';

/** A statement as loms sent it. */
export interface Recorded {
  text: string;
  values: readonly unknown[];
}

export interface RecordedOrder {
  orderId: bigint;
  statements: readonly Recorded[];
}

/** Creates an order as loms does, and records every statement that this takes. */
export const recordOrder = async (
  databaseUrl: string,
  input: CreateOrderInput,
  eventIds: readonly string[],
): Promise<RecordedOrder> => {
  const logger = createLogger({ service: 'bench', level: 'silent', format: 'json' });
  const pool = openPool({ url: databaseUrl, applicationName: 'bench', logger, max: 1 });
  const statements: Recorded[] = [];
  const query = (statement: Recorded) => {
    statements.push(statement);
    return pool.query({ ...statement, values: [...statement.values] });
  };
  const recording = { query } as unknown as Pool;
  const ids = [...eventIds];
  try {
    const save = { pool: recording, wakePublisher: () => undefined };
    const create = createOrder({
      now: systemClock,
      newEventId: () => ids.shift() ?? '',
      loadForCreation: loadForCreation(recording),
      saveReserved: saveReserved(save),
      saveFailed: () => Promise.reject(new Error('the stock of the bench does not suffice')),
    });
    const call = { signal: new AbortController().signal, headers: {} };
    return { orderId: await create(input, call), statements };
  } finally {
    await pool.end();
  }
};
