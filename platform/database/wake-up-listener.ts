import type pg from 'pg';
import { backoffMs } from '../base/backoff.ts';
import { cutConnection, openSession } from './connection.ts';
import { requireWritable } from './check.ts';
import { databaseWords } from './errors.ts';
import { identifier } from './identifier.ts';
import type { Logger } from '../base/logger.ts';
import { sleep } from '../base/sleep.ts';

// the peer may vanish without a word: it is noticed after both at the most
const askEveryMs = 5_000;
const answerWithinMs = 3_000;
const retry = { firstMs: 500, maxMs: 10_000 };

export interface WakeUpListenerOptions {
  url: string;
  channels: readonly string[];
  onWakeUp: (channel: string) => void;
  logger: Logger;
}

/**
 * Listens on a connection of its own until the signal aborts, connecting again when it breaks, or when the
 * server does not answer on it. After each connect every channel is said to be woken: what was notified
 * meanwhile is not known.
 */
export const listenForWakeUps = async (
  options: WakeUpListenerOptions,
  signal: AbortSignal,
): Promise<void> => {
  const { logger, channels } = options;
  let failures = 0;
  const onListening = () => {
    if (failures > 0) logger.info({ channels }, 'listening for wake-ups again');
  };
  const onAnswer = () => {
    failures = 0;
  };
  while (!signal.aborted) {
    await listenOnce({ ...options, onListening, onAnswer }, signal).catch((error: unknown) => {
      failures += 1;
      const facts = { channels, failures, reason: databaseWords(error) };
      const words = 'listening for wake-ups failed; polling goes on, and it is tried again';
      if (failures === 1) logger.warn(facts, words);
      else logger.debug(facts, words);
    });
    await sleep(backoffMs(Math.max(failures, 1), retry), signal);
  }
};

interface OneConnection extends WakeUpListenerOptions {
  onListening: () => void;
  /** Told when the server still answers, a while after. */
  onAnswer: () => void;
}

const listenOnce = async (options: OneConnection, signal: AbortSignal): Promise<void> => {
  const client = await openSession({
    ...{ url: options.url, applicationName: 'outbox wake-up listener' },
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
  { channels, onWakeUp, onListening, onAnswer }: OneConnection,
  over: AbortSignal,
): Promise<void> => {
  client.on('notification', ({ channel }) => onWakeUp(channel));
  for (const channel of channels) await client.query(`LISTEN ${identifier(channel)}`);
  onListening();
  channels.forEach(onWakeUp);
  for (;;) {
    await sleep(askEveryMs, over);
    if (over.aborted) return;
    // a standby, or a server that is no primary any more, would notify of nothing
    await client.query(requireWritable);
    onAnswer();
  }
};
