import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart, RequestPlan } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { SendPart } from './lots.ts';
import { createMarker } from './marker.ts';
import { publishRequest, type PublishRequestDeps } from './publish-request.ts';

const row = (topic: string, id: string): UnsentRow => unsentRow({ id, topic, key: id.slice(0, 1) });
const part = (topic: string, ...ids: string[]): RequestPart => ({
  topic,
  partition: 0,
  rows: ids.map((id) => row(topic, id)),
});
const idsOf = (parts: readonly RequestPart[]) =>
  parts.flatMap(({ rows }) => rows.map(({ id }) => id)).join();

interface Broker {
  /** What is wrong with a request of these rows. */
  fault?: (ids: string) => Error | undefined;
  markSent?: () => Promise<boolean>;
  claim?: (parts: readonly RequestPart[]) => RequestPart[];
  doubtful?: (part: RequestPart) => boolean;
  /** Does any broker answer? With this each topic is led by a broker of its own, else there is only one. */
  isAnyThere?: boolean | undefined;
}

const lotsByTopic = (
  isAnyThere: boolean | undefined,
  log: string[],
): PublishRequestDeps['lots'] => ({
  split: (parts) =>
    isAnyThere === undefined
      ? undefined
      : parts.map((each) => ({ broker: each.topic, parts: [each] })),
  work: async (lots, work) => {
    const send: SendPart = (_, [first]) => {
      log.push(`send ${first?.topic}`);
      if (first?.topic === 'silent') return Promise.reject(new Error('silent'));
      return Promise.resolve(
        (first?.rows ?? []).map((each) => ({ row: each, partition: 0, offset: 0n })),
      );
    };
    const counts = await Promise.all(lots.map((lot) => work(lot, send)));
    return counts.reduce((sum, count) => sum + count, 0);
  },
  isAnyThere: () => Promise.resolve(isAnyThere === true),
});

/** Sends a plan of these parts; tells what happened, in order. */
const run = async (
  parts: RequestPart[],
  broker: Broker = {},
  unsendable: RequestPlan['unsendable'] = [],
) => {
  const log: string[] = [];
  const marker = createMarker(async (sent) => {
    log.push(`mark ${sent.map(({ row: { id } }) => id).join()}`);
    return (await broker.markSent?.()) ?? true;
  });
  const plan: RequestPlan = {
    parts,
    waiting: [],
    unsendable,
    backedOff: [],
    firstUnsent: new Map(),
    cursors: new Map(),
  };
  const publishing = publishRequest(
    {
      marker,
      epoch: 1n,
      markWaiting: () => Promise.resolve(),
      claim: (_, some) => Promise.resolve(broker.claim?.(some) ?? some),
      send: (_, some) => {
        log.push(`send ${idsOf(some)}`);
        const fault = broker.fault?.(idsOf(some));
        if (fault) return Promise.reject(fault);
        const rows = some.flatMap((each) => each.rows);
        return Promise.resolve(rows.map((each) => ({ row: each, partition: 0, offset: 0n })));
      },
      onSent: () => undefined,
      onRefused: (_, { id }) => Promise.resolve(void log.push(`refused ${id}`)),
      onUnsent: (_, some) => Promise.resolve(void log.push(`unsent ${idsOf(some)}`)),
      faultOf: (error) => {
        const { message } = error as Error;
        if (message === 'refused') return { kind: 'refused', reason: 'too-large' };
        if (message === 'silent') return { kind: 'silent' };
        return { kind: message === 'partition' ? 'partition' : 'away' };
      },
      lots: lotsByTopic(broker.isAnyThere, log),
      partitions: {
        isDoubtful: (part) => broker.doubtful?.(part) ?? false,
        failed: (part) => void log.push(`held ${part.topic}/${part.partition}`),
        written: () => undefined,
      },
    },
    plan,
  );
  const outcome = await publishing.catch((error: unknown) => (error as Error).message);
  return { log, outcome };
};
const two = () => [part('default', 'a1', 'b1'), part('pick-up', 'c1', 'd1')];

test('what is claimed is sent, in one request', async () => {
  expect(await run(two())).toEqual({
    log: ['send a1,b1,c1,d1', 'mark a1,b1,c1,d1'],
    outcome: true,
  });
});

test('a row that could not be claimed is not sent, and the plan is not done', async () => {
  const claim = ([first]: readonly RequestPart[]) => (first ? [first] : []);
  expect(await run(two(), { claim })).toEqual({
    log: ['send a1,b1', 'mark a1,b1'],
    outcome: false,
  });
  expect(await run(two(), { claim: () => [] })).toEqual({ log: [], outcome: false });
});

test('while the broker is unavailable the rows of the request are unsent, and its error rises', async () => {
  const fault = () => new Error('away');
  expect(await run(two(), { fault })).toEqual({
    log: ['send a1,b1,c1,d1', 'unsent a1,b1,c1,d1'],
    outcome: 'away',
  });
});

test('a lost lease leaves nothing unsent: it was not tried', async () => {
  const { log, outcome } = await run(two(), { fault: () => new LeaseLost('lost') });
  expect([log, outcome]).toEqual([['send a1,b1,c1,d1'], 'lost']);
});

test('a refused row costs an attempt, and those that went apart from it none', async () => {
  const fault = (ids: string) => (ids.includes('c1') ? new Error('refused') : undefined);
  const { log, outcome } = await run(two(), { fault });
  expect(outcome).toBe(false);
  expect(log.filter((line) => !line.startsWith('send'))).toEqual([
    ...['mark a1,b1', 'refused c1', 'mark d1'],
  ]);
});

test('only the partition that cannot be written is unsent and held; the others go', async () => {
  const fault = (ids: string) => (ids.includes('c1') ? new Error('partition') : undefined);
  expect(await run([...two(), part('pick-up', 'e1')], { fault })).toEqual({
    log: [
      ...['send a1,b1,c1,d1,e1', 'send a1,b1', 'mark a1,b1'],
      ...['send c1,d1', 'unsent c1,d1', 'held pick-up/0', 'send e1', 'mark e1'],
    ],
    outcome: false,
  });
});

test('a row that cannot be sent at all is not refused before those that were to go have gone', async () => {
  const unsendable = [{ row: row('default', 'a2'), reason: 'message-too-large' }];
  const { log } = await run(two(), {}, unsendable);
  expect(log.at(-1)).toBe('refused a2');
  const fault = (ids: string) => (ids.includes('a1') ? new Error('partition') : undefined);
  const failed = await run(two(), { fault }, unsendable);
  expect(failed.log).not.toContain('refused a2');
  expect(failed.outcome).toBe(false);
});

test('a partition that failed the last time goes alone, behind the others: it fails no request of theirs', async () => {
  const doubtful = ({ topic }: RequestPart) => topic === 'default';
  expect(await run(two(), { doubtful })).toEqual({
    log: ['send c1,d1', 'mark c1,d1', 'send a1,b1', 'mark a1,b1'],
    outcome: true,
  });
});

test('no attempt is counted before what was sent is marked', async () => {
  const fault = (ids: string) => {
    if (ids.includes('a1') && ids.includes('c1')) return new Error('partition');
    return ids.includes('c1') ? new Error('away') : undefined;
  };
  const markSent = () => Promise.resolve(false);
  const { log, outcome } = await run(two(), { fault, markSent });
  expect(log).toEqual(['send a1,b1,c1,d1', 'send a1,b1', 'mark a1,b1', 'send c1,d1']);
  expect(outcome).toMatch('epoch ended');
});

test('a broker that does not answer holds up its own partitions alone, when another answers', async () => {
  const parts = [part('silent', 'a1'), part('default', 'b1')];
  const { log, outcome } = await run(parts, { isAnyThere: true });
  expect(outcome).toBe(false);
  expect(log).toEqual(expect.arrayContaining(['mark b1', 'unsent a1', 'held silent/0']));
  const alone = await run(parts, { isAnyThere: false });
  expect(alone.outcome).toBe('silent');
  expect(alone.log).not.toContain('held silent/0');
});
