import { pino, stdTimeFunctions, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { createOutput, type Output } from './output.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  service: string;
  level: string;
  /** `json` for machines, `text` for a person at a terminal. */
  format: 'json' | 'text';
}

/**
 * Writes one line per entry to stdout, immediately as long as the reader keeps up, so that what was logged
 * before a crash is not lost. A process whose lines cannot be written ends (output.ts).
 */
export const createLogger = (
  { service, level, format }: LoggerOptions,
  output: Pick<Output, 'write'> = createOutput(),
): Logger => {
  const base = {
    base: { service },
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (format === 'json') return pino(base, output);
  const toText = prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service',
  });
  return pino(base, { write: (line) => output.write(toText(line)) });
};
