import { parseArgs } from 'node:util';
import { z } from 'zod';

const help = `Relays of the same outbox to the same topic, side by side, each on a Postgres and a Kafka of its own.

  node bench/peers.ts [options]        make bench-peers

  --only a,b,c,d    a: inorder, b: naive loop, c: Debezium, d: pg-transactional-outbox
  --rows N          rows of a drain (300000); slow peers get fewer, as the table says
  --rounds N        drains of the fast peers, in turns; medians are shown (3)
  --seconds N       of live load, after a warm-up of 3 s (10)
  --help

The first run fetches Kafka Connect with Debezium from Maven Central (mvn) and pg-transactional-outbox
from npm into .inorder/cache. The result is printed and written to bench/results/peers.md; with other
than all peers, rows and rounds it is only printed.

  node bench/peers.ts --only a,c --rows 20000 --rounds 1      a look in two minutes`;

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const schema = z.object({
  only: z
    .string()
    .default('a,b,c,d')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['a', 'b', 'c', 'd']))),
  rows: whole(1_000, 1_000_000).default(300_000),
  rounds: whole(1, 5).default(3),
  seconds: whole(1, 60).default(10),
});

export interface Options extends z.output<typeof schema> {
  /** Whether everything is measured at full size; only then are the results written to a file. */
  isWhole: boolean;
}

/** Returns undefined after printing the help that was asked for. Throws a readable error for invalid arguments. */
export const readOptions = (args: readonly string[]): Options | undefined => {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { only: text, rows: text, rounds: text, seconds: text, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(help);
    return undefined;
  }
  const read = schema.safeParse(values);
  if (!read.success) throw new Error(z.prettifyError(read.error));
  const isWhole =
    new Set(read.data.only).size === 4 && read.data.rows >= 300_000 && read.data.rounds >= 3;
  return { ...read.data, isWhole };
};
