import type pg from 'pg';
import { cutConnection, openSession } from './connection.ts';
import { requireWritable } from './check.ts';
import { identifier } from './identifier.ts';
import type { Logger } from '../base/logger.ts';
import { repeat } from '../base/loops.ts';
import { sleep } from '../base/sleep.ts';

// a peer may vanish silently, which is noticed after both of these times at most
const askEveryMs = 5_000;
const answerWithinMs = 3_000;
const backoff = { firstMs: 500, maxMs: 10_000 };

export interface WakeUpListenerOptions {
  url: string;
  channels: readonly string[];
  onWakeUp: (channel: string) => void;
  logger: Logger;
}

/**
 * Listens on a connection of its own until the signal aborts; reconnects when the connection breaks or the
 * server stops answering on it. After each connect every channel counts as woken, because notifications may
 * have been missed.
 */
export const listenForWakeUps = (
  options: WakeUpListenerOptions,
  signal: AbortSignal,
): Promise<void> => {
  const { logger, channels } = options;
  const loop = { name: 'listening for wake-ups', logger, facts: { channels }, backoff };
  return repeat(loop, signal, (onAnswer) => listenOnce({ ...options, onAnswer }, signal));
};

interface OneConnection extends WakeUpListenerOptions {
  /** Called each time the server still answers a while after the connect. */
  onAnswer: () => void;
}

const listenOnce = async (options: OneConnection, signal: AbortSignal): Promise<void> => {
  const client = await openSession({
    url: options.url,
    applicationName: 'outbox wake-up listener',
    queryTimeoutMs: answerWithinMs,
  });
  const ended = new AbortController();
  client.on('end', () => ended.abort());
  try {
    await listen(client, options, AbortSignal.any([signal, ended.signal]));
    if (!signal.aborted) throw new Error('the connection has ended');
  } finally {
    cutConnection(client);
  }
};

const listen = async (
  client: pg.Client,
  { channels, onWakeUp, onAnswer }: OneConnection,
  over: AbortSignal,
): Promise<void> => {
  client.on('notification', ({ channel }) => onWakeUp(channel));
  for (const channel of channels) await client.query(`LISTEN ${identifier(channel)}`);
  channels.forEach(onWakeUp);
  for (;;) {
    await sleep(askEveryMs, over);
    if (over.aborted) return;
    // a standby, or a former primary, would notify of nothing
    await client.query(requireWritable);
    onAnswer();
  }
};
