import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';

const patienceMs = 300_000;

/** Opens a pool with the session limits of a service. */
export const openTestPool = (url: string): Pool => openPool({ url, ...common() });

/**
 * Opens a pool for statements that read or write very much at once. Their duration is not what the test is about:
 * with the session limits of a service, the result would depend on the speed of the machine.
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
