import { openPool, type Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/base/logger.ts';

const connections = 4;
// a search by key or time reads whole days where it has no index
export const searchTimeoutMs = 30_000;

export interface OpsPools {
  /** For searches, which may take long and hold no lock. */
  reading: Pool;
  /** For changes, with the limits of the role, which are below the publisher's lease. */
  changing: Pool;
  /** For what is read again and again while somebody looks; no search holds it up. */
  watching: Pool;
  close: () => Promise<void>;
}

export const openOpsPools = ({ url, logger }: { url: string; logger: Logger }): OpsPools => {
  const reading = openPool({
    url,
    logger,
    applicationName: 'ops reading',
    max: connections,
    statementTimeoutMs: searchTimeoutMs,
    isReadOnly: true,
    settings: { transaction_timeout: `${searchTimeoutMs + 1_000}` },
  });
  const changing = openPool({ url, applicationName: 'ops changing', logger, max: connections });
  const watching = openPool({
    url,
    logger,
    applicationName: 'ops watching',
    max: connections,
    isReadOnly: true,
  });
  const close = async (): Promise<void> => {
    await Promise.all([reading.end(), changing.end(), watching.end()]);
  };
  return { reading, changing, watching, close };
};
