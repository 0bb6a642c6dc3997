import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';

const patienceMs = 300_000;

/** A pool with the limits of a service's sessions, whose errors are logged. */
export const openTestPool = (url: string): Pool => openPool({ url, ...common() });

/**
 * A pool for statements that write or read very much at once. How long they take is not what the test is about:
 * with the limits of a service's sessions its verdict would depend on the speed of the machine.
 */
export const openPatientPool = (url: string): Pool =>
  openPool({
    url,
    ...common(),
    statementTimeoutMs: patienceMs,
    settings: { transaction_timeout: `${patienceMs}` },
  });

const common = () => ({
  applicationName: 'test',
  logger: createLogger({ service: 'test', level: 'error', format: 'json' }),
});
