import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Figure } from '../outbox/bench.ts';
import { atLeast, atMost, plain } from '../outbox/figures.ts';
import { watchMemory } from '../outbox/memory.ts';
import { median, percentile } from '../outbox/statistics.ts';
import type { TestProcess } from '../../testing/engines/process.ts';

const orders = 100_000;
const files = 4;

/** Files of 100,000 orders as JSON Lines over REST, one after the other. */
export const measureImport = async (pvz: TestProcess, httpPort: number): Promise<Figure[]> => {
  const rates: number[] = [];
  const peaks: number[] = [];
  for (let file = 0; file <= files; file += 1) {
    const memory = watchMemory(pvz.pid);
    const startMs = performance.now();
    await importFile(httpPort, { firstId: BigInt(file + 1) * 10_000_000_000n, count: orders });
    const rate = orders / ((performance.now() - startMs) / 1_000);
    const peak = percentile((await memory.stop()).samples, 1);
    const name = file === 0 ? 'warm-up' : `file ${file}`;
    console.log(
      `  ${name}: ${rate.toFixed(0)} orders/s, peak of the memory ${peak.toFixed(0)} MiB`,
    );
    if (file === 0) continue;
    rates.push(rate);
    peaks.push(peak);
  }
  const growth = (peaks.at(-1) ?? NaN) - (peaks[0] ?? NaN);
  return [
    atLeast(plain('import of 100,000 orders, orders/s', median(rates)), 5_000),
    plain('memory while a file is imported: peak, MiB', median(peaks)),
    atMost(plain(`the same: MiB more at file ${files} than at file 1`, growth), 20),
  ];
};

interface File {
  firstId: bigint;
  count: number;
}

const importFile = async (port: number, { firstId, count }: File): Promise<void> => {
  const response = await fetch(`http://127.0.0.1:${port}/orders/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(Readable.from(blocksOf(firstId, count))) as ReadableStream,
    duplex: 'half',
  });
  const answer = await text(response.body as unknown as AsyncIterable<Buffer>);
  const last = answer.trimEnd().split('\n').at(-1) ?? '';
  if (last !== JSON.stringify({ result: { lines: count, imported: count, failed: 0 } }))
    throw new Error(`the import ended with ${last}`);
};

/** Some hundred lines at a time, as a file is read. */
const blocksOf = function* (firstId: bigint, count: number): Generator<Buffer> {
  const block = 500;
  for (let from = 0; from < count; from += block) {
    const lines = Array.from({ length: block }, (_, n) => {
      const id = firstId + BigInt(from + n);
      return `{"order_id":${id},"user_id":${(id % 1_000n) + 1n},"expires_at":"2099-01-01T00:00:00Z","package":"bag","weight":2.5,"price":99.5}\n`;
    });
    yield Buffer.from(lines.join(''));
  }
};
