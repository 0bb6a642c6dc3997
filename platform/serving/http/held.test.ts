// What clients could have the HTTP server hold: bodies, connections, requests sent ahead, answers that nobody reads.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { HttpLimits } from './limits.ts';
import { bodyRequests } from '../../../testing/body-requests.ts';
import { openRawHttp, type RawHttp } from '../../../testing/raw-http.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';

let fixture: RpcFixture;
let created: number[] = [];
let atOnce = 0;
let mostAtOnce = 0;
let status = 'new';
let shown = 0;
let release: (() => void) | undefined;
const opened: RawHttp[] = [];

const start = async (limits: Partial<HttpLimits> = {}): Promise<void> => {
  created = [];
  mostAtOnce = 0;
  shown = 0;
  status = 'new';
  release = undefined;
  const unused = () => Promise.reject(new Error('unused'));
  fixture = await startRpcFixture(
    LomsService,
    {
      orderCreate: async ({ userId }) => {
        created.push(Number(userId));
        mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
        return { orderId: userId };
      },
      orderInfo: () => {
        shown += 1;
        return Promise.resolve({ status });
      },
      // Held until the test says so.
      orderPay: () => new Promise((resolve) => (release = () => resolve({}))),
      orderCancel: unused,
      stocksInfo: unused,
      watchOrder: () => {
        throw new Error('unused');
      },
    },
    { limits, drainTimeoutMs: 600_000 },
  );
};
afterEach(async () => {
  // It waits for every connection that the server has not let go of.
  await fixture.close();
  // A client that reads nothing does not see that the other end is gone.
  for (const { socket } of opened.splice(0)) socket.destroy();
});

const open = (): RawHttp => {
  const raw = openRawHttp(fixture.http.port);
  opened.push(raw);
  return raw;
};

const post = (path: string, json: string, headers = ''): string =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}` +
  `content-length: ${json.length}\r\n\r\n${json}`;
const order = (userId: number, headers = ''): string =>
  post('/order/create', `{"user_id":${userId},"items":[{"sku":1,"count":1}]}`, headers);
const tooLarge = (path: string): string => {
  const body = ' '.repeat(1_100_000);
  const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n`;
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  return `${head}transfer-encoding: chunked\r\n\r\n${chunk}`;
};
const statusesOf = (text: string): string[] => text.match(/(?<=HTTP\/1\.1 )\d{3}/g) ?? [];

describe('requests that are sent ahead', () => {
  test('are carried out one after the other, and answered in their order', async () => {
    await start();
    const raw = open();
    const ids = Array.from({ length: 30 }, (_, at) => at + 1);
    raw.write(ids.map((id) => order(id, id === 30 ? 'connection: close\r\n' : '')).join(''));
    const answers = await raw.untilClosed();
    expect(answers.match(/(?<="order_id":)\d+/g)?.map(Number)).toEqual(ids);
    expect(created).toEqual(ids);
    expect(mostAtOnce).toBe(1);
  });

  test.each(['/order/create', '/loms.v1.LomsService/OrderCreate', '/order/info', '/nothing'])(
    'behind a body at %s that is too large are not carried out',
    async (path) => {
      await start();
      const raw = open();
      raw.write(order(1) + tooLarge(path) + order(2));
      expect(statusesOf(await raw.untilClosed())).toHaveLength(2);
      expect(created).toEqual([1]);
    },
  );

  test('behind a refusal that read the body away are carried out', async () => {
    await start();
    const raw = open();
    const refused = post('/nothing', '{}') + post('/healthz', '{}');
    raw.write(refused + order(7, 'connection: close\r\n'));
    expect(statusesOf(await raw.untilClosed())).toEqual(['404', '405', '200']);
  });

  test('far too many of them end the connection', async () => {
    await start();
    const raw = open();
    raw.write(post('/order/pay', '{"order_id":1}'));
    await waitFor(() => release, { what: 'a call under way' });
    raw.write(order(1).repeat(5_000));
    await raw.untilClosed();
    expect(created).toEqual([]);
  });

  test('are not carried out when the client has gone before their turn', async () => {
    await start();
    const raw = open();
    raw.write(post('/order/pay', '{"order_id":1}') + order(1));
    await waitFor(() => release, { what: 'a call under way' });
    raw.socket.resetAndDestroy();
    await fixture.close();
    expect(created).toEqual([]);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const megabytesHeld = (): number => {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
};

test('two hundred bodies that are too large hold neither memory nor connections', async () => {
  await start();
  const rpc = '/loms.v1.LomsService/OrderCreate';
  const bytes = Buffer.from(tooLarge(rpc));
  const ask = async () => {
    const raw = openRawHttp(fixture.http.port);
    raw.write(bytes);
    // the client itself would keep its end
    const answer = await raw.untilClosed();
    raw.socket.destroy();
    return answer.slice(0, 12);
  };
  await ask();
  const before = megabytesHeld();
  const answers = await Promise.all(Array.from({ length: 200 }, ask));
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 429']));
  // the server learns a moment later that its clients have gone
  await waitFor(() => megabytesHeld() - before < 40, { what: 'the memory to be free' });
});

test.each([
  ['REST', 'GET /order/info?order_id=1 HTTP/1.1\r\nhost: a\r\n\r\n'],
  ['Connect', post('/loms.v1.LomsService/OrderInfo', '{"orderId":1}')],
])('%s: who sends ahead and reads no answer is cut off', async (_name, request) => {
  await start({ stallTimeoutMs: 2_000 });
  status = 'x'.repeat(900_000);
  const raw = open();
  raw.socket.pause();
  raw.write(request.repeat(60));
  let before = 0;
  const isStuck = () => {
    const isSame = shown > 0 && shown === before;
    before = shown;
    return isSame;
  };
  await waitFor(isStuck, { what: 'an answer that is not taken', intervalMs: 300 });
  expect(shown).toBeLessThan(60);
  await fixture.close();
});

test.each(bodyRequests)('$name: who reads no refusal and goes on is cut off', async ({ head }) => {
  await start();
  const raw = open();
  raw.socket.pause();
  raw.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const more = Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`);
  const push = () => {
    while (raw.socket.writable && raw.socket.write(more));
  };
  raw.socket.on('drain', push);
  push();
  await waitFor(() => raw.isClosed(), { what: 'the end of the connection' });
});
