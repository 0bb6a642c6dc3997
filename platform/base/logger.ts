import { pino, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogFacts } from './log-line.ts';
import { toLoggedError } from './logged-error.ts';
import { createOutput, type Output } from './output.ts';
import { activeSpan } from './tracing/span.ts';

/** Writes lines that have the fields of log-line.ts and no others. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
  readonly fatal: Log;
  /** Returns a logger that adds these facts to each line. */
  readonly child: <Facts extends LogFacts>(facts: Known<Facts>) => Logger;
  readonly isLevelEnabled: (level: string) => boolean;
}

interface Log {
  <Facts extends LogFacts>(facts: Known<Facts>, msg: string): void;
  (msg: string): void;
}

/** The type of facts of which each is a field of log lines, also where they are in a variable. */
type Known<Facts> = Facts & { readonly [Field in Exclude<keyof Facts, keyof LogFacts>]: never };

export interface LoggerOptions {
  service: string;
  level: string;
  /** `json` for machines, `text` for a person at a terminal. */
  format: 'json' | 'text';
  /** Whether lines say to which span they belong. Default false. */
  isTraced?: boolean;
}

/**
 * Writes one line per entry to stdout, immediately as long as the reader keeps up, so that what was logged
 * before a crash is not lost. A process whose lines cannot be written ends (output.ts).
 */
export const createLogger = (
  { service, level, format, isTraced = false }: LoggerOptions,
  output: Pick<Output, 'write'> = createOutput(),
): Logger => {
  const base = {
    base: { service },
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: toLoggedError },
    ...(isTraced && { mixin: placeInTrace }),
  };
  if (format === 'json') return pino(base, output);
  const toText = createLinePrinter();
  return pino(base, { write: (line) => output.write(toText(line)) });
};

/** Creates what turns a line of JSON into text for people, with a line end; other lines stay as they are. */
export const createLinePrinter = (): ((line: string) => string) =>
  prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'service',
  });

// pino writes into the object
const placeInTrace = (): object => {
  const span = activeSpan();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
};
