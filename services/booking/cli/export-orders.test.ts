import {
  BookingService,
  ReportFormat,
  type ExportReportRequest,
} from '#gen/booking/v1/booking_pb.ts';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { CommanderError } from 'commander';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BookingCli } from './context.ts';
import { createProgram } from './program.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'report-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const away = () => new ConnectError('gone', Code.Unavailable);
const dayOf = (from: string, index: number) =>
  new Date(Date.parse(from) + index * 86_400_000).toISOString().slice(0, 10);

/** A server that has two orders a day; `breakAt` says for each call after which day it breaks, in its midst. */
const setUp = ({ breakAt = [] as (string | undefined)[], isJson = false } = {}) => {
  const asked: ExportReportRequest[] = [];
  const transport = createRouterTransport(({ rpc }) => {
    rpc(BookingService.method.exportReport, async function* (request) {
      const breaks = breakAt[asked.push(request) - 1];
      if (breaks === 'at once') throw away();
      if (breaks === 'refused') throw new ConnectError('no', Code.InvalidArgument);
      const isCsv = request.format === ReportFormat.CSV;
      yield await Promise.resolve({ lines: Buffer.from(isCsv ? 'day,order\n' : '') });
      let sent = 0n;
      const isLast = (index: number) => dayOf(request.from, index) > request.to;
      for (let index = 0; !isLast(index); index += 1) {
        const day = dayOf(request.from, index);
        for (const order of [1, 2]) {
          sent += 1n;
          yield { lines: Buffer.from(`${day},${order}\n`), daysDone: index, ordersSent: sent };
          if (order === 1 && breaks === day) throw away();
        }
        yield { daysDone: index + 1, ordersSent: sent, ordersGathered: sent };
        if (breaks === `after ${day}`) return;
      }
    });
  });
  const said: string[] = [];
  const noted: string[] = [];
  const note = (text: string) => void noted.push(text);
  const cli: BookingCli = {
    client: createClient(BookingService, transport),
    say: (text) => void said.push(text),
    note,
    isJson,
    sleep: () => Promise.resolve(),
    openProgress: () => ({ counted: () => undefined, note, close: () => undefined }),
  };
  const peer = { name: 'booking', url: 'http://localhost', setting: 'INORDER_BOOKING' };
  const program = createProgram({ peer, open: () => cli });
  for (const command of program.commands) command.configureOutput({ writeErr: () => undefined });
  const run = (...args: string[]) => program.parseAsync(['orders', ...args], { from: 'user' });
  return { asked, said, noted, run };
};

const period = ['--from', '2026-02-27', '--to', '2026-03-01'];
const whole = [27, 28, 1].flatMap((day) => {
  const date = `2026-0${day === 1 ? 3 : 2}-${String(day).padStart(2, '0')}`;
  return [`${date},1`, `${date},2`];
});
const csv = `${['day,order', ...whole].join('\n')}\n`;
const file = () => join(folder, 'orders.csv');

test('a report is in its file once it is complete, and nothing else is left', async () => {
  const { run, said, asked } = setUp();
  await run(...period, '--output', file());
  expect(readFileSync(file(), 'utf8')).toBe(csv);
  expect(readdirSync(folder)).toEqual(['orders.csv']);
  expect(said).toEqual([`6 orders are in ${file()}.`]);
  expect(asked).toMatchObject([{ from: '2026-02-27', to: '2026-03-01', format: ReportFormat.CSV }]);
});

test('JSON Lines, told as JSON', async () => {
  const { run, said } = setUp({ isJson: true });
  await run(...period, '--format', 'jsonl', '--output', file());
  expect(readFileSync(file(), 'utf8')).toBe(`${whole.join('\n')}\n`);
  expect(JSON.parse(said[0]!)).toEqual({ orders: 6, output: file() });
});

test('after breaks it goes on with the days that are missing', async () => {
  const breakAt = ['2026-02-28', '2026-02-28', 'at once', 'after 2026-02-28'];
  const { run, said, asked, noted } = setUp({ breakAt });
  await run(...period, '--output', file());
  expect(readFileSync(file(), 'utf8')).toBe(csv);
  expect(asked.map(({ from }) => from)).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-02-28',
    '2026-02-28',
    '2026-03-01',
  ]);
  expect(said).toEqual([`6 orders are in ${file()}.`]);
  expect(noted).toHaveLength(4);
});

test('a command that has failed goes on when it is run again', async () => {
  const lasting = Array.from({ length: 6 }, () => '2026-02-28');
  const first = setUp({ breakAt: lasting });
  await expect(first.run(...period, '--output', file())).rejects.toThrow(
    '1 day with 2 orders are kept',
  );
  expect(first.asked).toHaveLength(6);
  expect(existsSync(file())).toBe(false);
  const second = setUp();
  await second.run(...period, '--output', file());
  expect(second.asked.map(({ from }) => from)).toEqual(['2026-02-28']);
  expect(readFileSync(file(), 'utf8')).toBe(csv);
});

test.each([
  ['of another period', ['--from', '2026-02-27', '--to', '2026-02-28']],
  ['in another format', [...period, '--format', 'jsonl']],
])('what was left of a report %s is begun anew', async (_, options) => {
  const first = setUp({ breakAt: ['2026-02-28', ...Array(5).fill('at once')] as string[] });
  await expect(first.run(...period, '--output', file())).rejects.toThrow('broke off');
  const second = setUp();
  await second.run(...options, '--output', file());
  expect(second.asked.map(({ from }) => from)).toEqual(['2026-02-27']);
  expect(readFileSync(file(), 'utf8').split('\n').at(-2)).toBe(`${second.asked[0]!.to},2`);
});

test('what does not fit together is begun anew', async () => {
  const { run, asked } = setUp();
  writeFileSync(`${file()}.part`, 'short');
  const kept = { from: '2026-02-27', to: '2026-03-01', format: 'csv', daysDone: 1, orders: 2 };
  writeFileSync(`${file()}.part.json`, JSON.stringify({ ...kept, bytes: 6 }));
  await run(...period, '--output', file());
  expect(asked[0]!.from).toBe('2026-02-27');
  expect(readFileSync(file(), 'utf8')).toBe(csv);
});

test('a file that lacks only its name is given it, and nobody is asked', async () => {
  const { run, asked } = setUp();
  writeFileSync(`${file()}.part`, csv);
  const kept = { from: '2026-02-27', to: '2026-03-01', format: 'csv', daysDone: 3, orders: 6 };
  writeFileSync(`${file()}.part.json`, JSON.stringify({ ...kept, bytes: csv.length }));
  await run(...period, '--output', file());
  expect(asked).toEqual([]);
  expect(readFileSync(file(), 'utf8')).toBe(csv);
});

test.each([
  ['nobody answers', 'at once', Code.Unavailable],
  ['the server refuses', 'refused', Code.InvalidArgument],
])('%s: the command fails at once', async (_, breaks, code) => {
  const { run, asked } = setUp({ breakAt: [breaks] });
  await expect(run(...period, '--output', file())).rejects.toMatchObject({ code });
  expect(asked).toHaveLength(1);
});

test('a folder is no file', async () => {
  const { run } = setUp();
  await expect(run(...period, '--output', folder)).rejects.toMatchObject({ exitCode: 2 });
  await expect(run(...period, '--output', join(folder, 'no', 'f'))).rejects.toMatchObject({
    exitCode: 2,
  });
});

test.each([['2026-02-30'], ['yesterday'], ['2026-2-3']])('%s is no day', async (day) => {
  const { run } = setUp();
  await expect(run('--from', day, '--to', '2026-03-01')).rejects.toBeInstanceOf(CommanderError);
});
