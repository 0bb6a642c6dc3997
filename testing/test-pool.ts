import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';

const patienceMs = 300_000;

/** Limits of a pool in a test. With those of a service, the result would depend on the speed of the machine. */
export const patience = {
  connectTimeoutMs: patienceMs,
  statementTimeoutMs: patienceMs,
  settings: {
    transaction_timeout: `${patienceMs}`,
    idle_in_transaction_session_timeout: `${patienceMs}`,
  },
};

/** Opens a pool without the short time limits of a service. Tests of those limits open their pool themselves. */
export const openTestPool = (url: string, max = 16): Pool =>
  openPool({
    ...patience,
    url,
    applicationName: 'test',
    logger: createLogger({ service: 'test', level: 'error', format: 'json' }),
    max,
  });
