import { pino, stdTimeFunctions, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: string;
  /** `json` for machines, `text` for a person at a terminal. */
  format: 'json' | 'text';
}

/** Writes one line an entry to stdout, synchronously: what was logged before a crash is there after it. */
export const createLogger = ({ service, level, format }: LoggerOptions): Logger => {
  const base = {
    base: { service },
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (format === 'json') return pino(base);
  return pino(
    base,
    PinoPretty({
      colorize: false,
      singleLine: true,
      sync: true,
      translateTime: 'SYS:HH:MM:ss.l',
      ignore: 'service',
    }),
  );
};
