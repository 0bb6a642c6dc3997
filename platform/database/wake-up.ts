import { openPool } from './pool.ts';
import { identifier } from './identifier.ts';
import type { Logger } from '../base/logger.ts';

/** The channel on which a schema's writers wake the publishers. */
export const wakeUpChannel = (schema: string): string => `outbox_${schema}`;

/** The channel on which operators tell the publishers that rows were requeued. */
export const requeueChannel = (schema: string): string => `outbox_${schema}_requeued`;

export interface WakeUp {
  /** Say after each commit with events. Returns at once; many in a row become one notification. */
  signal(): void;
  close(): Promise<void>;
}

export interface WakeUpOptions {
  url: string;
  schema: string;
  /** Usually that of the schema's writers. */
  channel?: string;
  logger: Logger;
}

/**
 * Tells publishers that there is something to read. Never inside the business transaction: NOTIFY there
 * makes commits wait for each other. A hint only: one that is lost costs a polling interval, no event.
 */
export const openWakeUp = (options: WakeUpOptions): WakeUp => {
  const { url, schema, channel = wakeUpChannel(schema), logger } = options;
  const pool = openPool({ url, applicationName: `${schema} wake-up`, logger, max: 1 });
  const text = `NOTIFY ${identifier(channel)}`;
  let isWanted = false;
  let isBusy = false;
  const flush = async () => {
    isBusy = true;
    while (isWanted) {
      isWanted = false;
      await pool.query(text).catch((error: unknown) => {
        logger.debug({ err: error }, 'a wake-up was not sent');
      });
    }
    isBusy = false;
  };
  return {
    signal: () => {
      isWanted = true;
      if (!isBusy) void flush();
    },
    close: () => pool.end(),
  };
};
