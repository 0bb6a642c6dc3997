import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { retryAfterMs, waitWhenTold } from './wait-when-told.ts';

const reason = { desc: ErrorInfoSchema, value: { reason: 'RATE_LIMITED', domain: 'inorder' } };
const retryIn = (ms: number) => ({
  desc: RetryInfoSchema,
  value: { retryDelay: durationFromMs(ms) },
});

const busy = {
  withDetail: () => new ConnectError('busy', Code.ResourceExhausted, {}, [reason, retryIn(400)]),
  withHeader: () =>
    new ConnectError('busy', Code.ResourceExhausted, { 'retry-after': '2' }, [reason]),
  forLong: () => new ConnectError('busy', Code.ResourceExhausted, {}, [retryIn(3_600_000)]),
  withoutTime: () => new ConnectError('busy', Code.ResourceExhausted, {}, [reason]),
  inAnotherWay: () => new ConnectError('no', Code.Unavailable, {}, [retryIn(400)]),
};

/** A client of a server that refuses the first calls so. */
const setUp = (refused: number, fault: () => ConnectError) => {
  const notes: string[] = [];
  const waits: number[] = [];
  let calls = 0;
  const waiting = {
    note: (text: string) => void notes.push(text),
    sleep: (ms: number) => Promise.resolve(void waits.push(ms)),
  };
  const transport = createRouterTransport(
    ({ rpc }) => {
      rpc(OpsService.method.getInboxStatus, () => {
        if (++calls <= refused) throw fault();
        return {};
      });
    },
    { transport: { interceptors: [waitWhenTold(waiting)] } },
  );
  const client = createClient(OpsService, transport);
  return { call: () => client.getInboxStatus({}), notes, waits };
};

test.each([
  ['withDetail', 400, '0.4 s'],
  ['withHeader', 2_000, '2.0 s'],
] as const)(
  'a call is repeated after the time that the server names %s',
  async (kind, ms, said) => {
    const { call, notes, waits } = setUp(2, busy[kind]);
    await call();
    expect(waits).toEqual([ms, ms]);
    expect(notes).toHaveLength(2);
    expect(notes[0]).toBe(`The server is busy (RATE_LIMITED); the call is repeated in ${said}.`);
  },
);

test('after five waits the refusal is final', async () => {
  const { call, waits } = setUp(100, busy.withDetail);
  await expect(call()).rejects.toThrow('busy');
  expect(waits).toHaveLength(5);
});

test.each(['forLong', 'withoutTime', 'inAnotherWay'] as const)(
  'a call that is refused %s is not repeated',
  async (kind) => {
    const { call, waits } = setUp(1, busy[kind]);
    await expect(call()).rejects.toBeInstanceOf(ConnectError);
    expect(waits).toEqual([]);
  },
);

test.each([
  ['3', 3_000],
  ['0', 0],
  ['31', undefined],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  [undefined, undefined],
])('Retry-After %p is %p ms', (header, ms) => {
  expect(retryAfterMs(header)).toBe(ms);
});
