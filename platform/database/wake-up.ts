import { openPool } from './pool.ts';
import { identifier } from './identifier.ts';
import type { Logger } from '../base/logger.ts';

/** The channel on which writers of a schema wake the publishers. */
export const wakeUpChannel = (schema: string): string => `outbox_${schema}`;

/** The channel on which operators notify the publishers that rows were requeued. */
export const requeueChannel = (schema: string): string => `outbox_${schema}_requeued`;

export interface WakeUp {
  /** Call it after each commit with events. Returns at once; many calls in a row become one notification. */
  signal(): void;
  close(): Promise<void>;
}

export interface WakeUpOptions {
  url: string;
  schema: string;
  /** By default that of the writers of the schema. */
  channel?: string;
  logger: Logger;
}

/**
 * Notifies publishers that there is something to read. It must not run inside the business transaction,
 * because NOTIFY makes commits wait for each other. It is only a hint: a lost one costs a polling interval,
 * but no event.
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
