// `make bench-tracing`: what traces cost the services, in CPU for one order: off, one in a hundred, all of them.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { startTraceReceiver } from '../testing/traces/receiver.ts';
import { createTopics } from './create-topics.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import type { Figure } from './outbox/bench.ts';
import { atMost, plain } from './outbox/figures.ts';
import { reportFigures } from './report-figures.ts';
import { addStock } from './rpc/order-load.ts';
import { startContender, type Contender, type Cpu } from './tracing/contender.ts';
import { pooledRatio } from './tracing/pooled-ratio.ts';
import { takeTurns } from './tracing/turns.ts';

const isQuick = process.argv.includes('--quick');
// Two processes with the same settings may differ by some per cent all their lives, so that each has successors.
const generations = isQuick ? 1 : 3;
const warmUpSeconds = isQuick ? 3 : 8;
// spans are sent every three seconds
const turns = { rounds: isQuick ? 2 : 3, perSecond: 200, seconds: isQuick ? 4 : 6, tailMs: 3_500 };

const variants = ['off', '1 %', 'all'] as const;
type Variant = (typeof variants)[number];

const settingsOf = (variant: Variant, collector: string): Record<string, string> =>
  variant === 'off'
    ? {}
    : {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector,
        OTEL_TRACES_SAMPLER_ARG: variant === 'all' ? '1' : '0.01',
      };

type Found = ReadonlyMap<Variant, readonly Cpu[]>;

const measureAll = async (environment: Environment): Promise<{ found: Found; spans: number }> => {
  const collector = await startTraceReceiver();
  const found = new Map(variants.map((variant): [Variant, Cpu[]] => [variant, []]));
  try {
    for (let generation = 0; generation < generations; generation += 1) {
      console.log(`generation ${generation + 1} of ${generations}`);
      const measured = await measureGeneration(environment, generation, collector.url);
      for (const [variant, cpus] of measured) found.get(variant)?.push(...cpus);
    }
    return { found, spans: collector.spans.length };
  } finally {
    await collector.close();
  }
};

const measureGeneration = async (
  environment: Environment,
  generation: number,
  collector: string,
): Promise<Found> => {
  const contenders = new Map<Variant, Contender>();
  try {
    // each generation begins with another one
    for (const variant of [...variants.slice(generation), ...variants.slice(0, generation)]) {
      const settings = settingsOf(variant, collector);
      const database = `bench_${generation}_${variants.indexOf(variant)}`;
      const contender = await startContender(environment, database, settings);
      contenders.set(variant, contender);
      await contender.place(warmUpSeconds, turns.perSecond);
    }
    return await takeTurns(contenders, turns);
  } finally {
    await Promise.all([...contenders.values()].map((each) => each.stop()));
  }
};

const figuresOf = ({ found, spans }: Awaited<ReturnType<typeof measureAll>>): Figure[] => {
  const each = (variant: Variant, of: (cpu: Cpu) => number) => (found.get(variant) ?? []).map(of);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const both = ({ loms, publisher }: Cpu) => loms + publisher;
  const ratioToOff = (variant: Variant) => pooledRatio(each(variant, both), each('off', both));
  const [one, all] = [ratioToOff('1 %'), ratioToOff('all')];
  return [
    ...variants.flatMap((variant) => [
      plain(`${variant}: CPU ms of loms for an order`, mean(each(variant, (cpu) => cpu.loms)), 3),
      plain(
        `${variant}: CPU ms of the publisher for an order`,
        mean(each(variant, (cpu) => cpu.publisher)),
        3,
      ),
    ]),
    atMost(plain('1 % to off', one.ratio, 3), 1.03),
    plain('1 % to off, at least', one.low, 3),
    plain('1 % to off, at most', one.high, 3),
    plain('all to off', all.ratio, 3),
    plain('all to off, at least', all.low, 3),
    plain('all to off, at most', all.high, 3),
    plain('spans that the collector got', spans),
  ];
};

const measure = async (): Promise<Figure[]> => {
  const environment = await openEnvironment();
  try {
    await createTopics(environment.brokers);
    await addStock(environment);
    return figuresOf(await measureAll(environment));
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const { rounds, perSecond, seconds } = turns;
const notes = `Three pairs of a loms and a publisher, each on a database of its own, take turns: ${perSecond} OrderCreate a second over gRPC for ${seconds} s, ${rounds} rounds, after
${warmUpSeconds} s that are not counted; so do ${generations} generations of them, one after the other. An order is one call and two events. CPU includes the ${turns.tailMs / 1_000} s after a
turn. Figures are means over all rounds, ratios those of the sums; "at least" and "at most" hold nine in ten of the ratios of rounds drawn
at random (bootstrap). Spans go to a collector over OTLP (HTTP, JSON), whose cost is not counted. Postgres writes to disk in earnest;
everything is on the same machine.`;
await reportFigures({ name: 'tracing', figures, notes, startedMs, isPartial: isQuick });
