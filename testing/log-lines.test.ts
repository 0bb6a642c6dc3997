import { createLogger } from '#platform/base/logger.ts';
import { faultOfLine } from './log-lines.ts';

const lineOf = (more: object): string => {
  let line = '';
  const logger = createLogger(
    { service: 'loms', level: 'debug', format: 'json' },
    { write: (text) => (line = text) },
  );
  logger.error(more as Record<string, never>, 'failed');
  return line.trimEnd();
};

test.each([
  {},
  { key: '42', offset: 7, partitions: [0, 1], tls: false, event: { id: 1 }, since: new Date() },
  { err: new Error('away', { cause: Object.assign(new Error('no'), { code: 'X', rows: [1] }) }) },
  { err: 'text' },
])('a line of the logger with %j is right', (more) => {
  expect(faultOfLine(lineOf(more))).toBeUndefined();
});

test.each([
  [{ order_id: '42' }, /does not have \[\["order_id","42"\]\]/],
  [{ offset: '7' }, /"offset"/],
  [{ partitions: ['0'] }, /"partitions"/],
])('a line with %j is not', (more, fault) => {
  expect(faultOfLine(lineOf(more))).toMatch(fault);
});

test.each([
  ['(node:1) Warning', 'it is not a JSON object'],
  ['[]', 'it is not a JSON object'],
  ['{"level":"info","msg":""}', 'it has no time, service'],
  [
    lineOf({}).replace('"failed"', '"failed","err":{"type":"E","message":"","detail":"x"}'),
    /"err"/,
  ],
])('%s is not', (line, fault) => {
  expect(faultOfLine(line)).toMatch(fault);
});
