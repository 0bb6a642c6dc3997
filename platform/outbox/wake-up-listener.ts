import pg from 'pg';
import { identifier } from '../database/identifier.ts';
import type { Logger } from '../logger.ts';
import { sleep } from '../sleep.ts';

const retryMs = 1_000;
const endLimitMs = 500;

export interface WakeUpListenerOptions {
  url: string;
  channels: readonly string[];
  onWakeUp: (channel: string) => void;
  logger: Logger;
}

/**
 * Listens on a connection of its own until the signal aborts, connecting again when it breaks. After
 * each connect every channel is said to be woken: what was notified meanwhile is not known.
 */
export const listenForWakeUps = async (
  options: WakeUpListenerOptions,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await listenOnce(options, signal).catch((error: unknown) => {
      options.logger.debug({ err: error }, 'listening for wake-ups failed; polling goes on');
    });
    await sleep(retryMs, signal);
  }
};

const listenOnce = async (
  { url, channels, onWakeUp }: WakeUpListenerOptions,
  signal: AbortSignal,
): Promise<void> => {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'outbox wake-up listener',
    keepAlive: true,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  let stop = (): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('end', resolve);
    stop = resolve;
  });
  signal.addEventListener('abort', stop);
  // a failing connect leaves this promise without anyone who waits for it
  ended.catch(() => undefined);
  client.on('notification', ({ channel }) => onWakeUp(channel));
  try {
    await client.connect();
    for (const channel of channels) await client.query(`LISTEN ${identifier(channel)}`);
    channels.forEach(onWakeUp);
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    // a connection that leads nowhere would never say that it has ended
    await Promise.race([client.end().catch(() => undefined), sleep(endLimitMs)]);
  }
};
