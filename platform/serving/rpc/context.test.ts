import { Code } from '#gen/google/rpc/code_pb.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { openCall, type OpenCall } from './context.ts';
import type { RpcFault } from './errors.ts';

/** A call whose client can leave, and what became of it. */
const open = (timeoutMs: number) => {
  const cancels: (() => void)[] = [];
  const faults: RpcFault[] = [];
  const headers: Record<string, string>[] = [];
  const source = {
    header: () => undefined,
    isRepeated: () => false,
    setAnswerHeaders: (all: Map<string, string>) => void headers.push(Object.fromEntries(all)),
    timeoutMs,
    whenGone: (cancel: () => void) => void cancels.push(cancel),
  };
  const call: OpenCall = openCall(source, 'inorder.test', (fault) => void faults.push(fault));
  return { call, cancels, faults, headers };
};

test('nobody listens for the departure of a client until the signal is asked for, and then once', () => {
  const { call, cancels, faults } = open(10_000);
  expect(cancels).toHaveLength(0);
  const { signal } = call.context;
  expect(call.context.signal).toBe(signal);
  expect(cancels).toHaveLength(1);
  cancels[0]?.();
  expect(signal.aborted).toBe(true);
  expect(faults.map(({ code }) => code)).toEqual([Code.CANCELLED]);
});

test('a call that takes long notices the departure of its client unasked', async () => {
  const { cancels, faults } = open(10_000);
  await waitFor(() => cancels.length === 1, { what: 'a listener' });
  cancels[0]?.();
  expect(faults).toHaveLength(1);
});

test('a call that has ended is not listened for, and its deadline does not come', async () => {
  const [ended, late] = [open(100), open(100)];
  expect(ended.call.end()).toBe(true);
  await waitFor(() => late.faults.length === 1, { what: 'the deadline' });
  expect(late.faults.map(({ code }) => code)).toEqual([Code.DEADLINE_EXCEEDED]);
  expect(ended).toMatchObject({ cancels: [], faults: [] });
});

test.each([1, 49, 51, 120])('a deadline of %d ms comes when it is due', async (timeoutMs) => {
  const { call, faults } = open(timeoutMs);
  await waitFor(() => faults.length === 1, { what: 'the deadline', intervalMs: 1 });
  // a timer of Node may fire a millisecond early
  expect(performance.now() - call.startedAtMs).toBeGreaterThanOrEqual(timeoutMs - 1);
});

test('the headers of an answer are given to the server once, when it begins or the call ends', () => {
  const [begun, ended, without] = [open(10_000), open(10_000), open(10_000)];
  begun.call.context.setAnswerHeader('x-one', '1');
  begun.call.begin();
  begun.call.context.setAnswerHeader('x-late', '2');
  begun.call.begin();
  begun.call.end();
  expect(begun.headers).toEqual([{ 'x-one': '1' }]);
  ended.call.context.setAnswerHeader('x-one', '1');
  ended.call.end();
  ended.call.context.setAnswerHeader('x-late', '2');
  expect(ended.headers).toEqual([{ 'x-one': '1' }]);
  without.call.end();
  expect(without.headers).toEqual([]);
});

test.each([
  ['', 'value'],
  ['x-', 'value'],
  ['X-One', 'value'],
  ['content-type', 'text/html'],
  ['x-one-bin', 'AAAA'],
  ['x one', 'value'],
  ['x-one\n', 'value'],
  ['x-one', ''],
  ['x-one', ' value'],
  ['x-one', 'value '],
  ['x-one', 'a\r\nset-cookie: b'],
  ['x-one', 'value\n'],
  ['x-one', 'é'],
])('an answer cannot have the header %j: %j', (name, value) => {
  const { call } = open(10_000);
  expect(() => call.context.setAnswerHeader(name, value)).toThrow('an answer cannot have');
  call.end();
});
