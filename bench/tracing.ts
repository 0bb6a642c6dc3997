// `make bench-tracing`: what traces cost the services, in CPU for one order: off, one in a hundred, all of them.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { startTraceReceiver } from '../testing/traces/receiver.ts';
import { createTopics } from './create-topics.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import type { Figure } from './outbox/bench.ts';
import { atMost, plain } from './outbox/figures.ts';
import { median } from './outbox/statistics.ts';
import { reportFigures } from './report-figures.ts';
import { addStock } from './rpc/order-load.ts';
import { measureOrders, type CpuOfOrder } from './tracing/measure.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 1 : 5;
const load = { perSecond: 200, seconds: isQuick ? 3 : 10, warmUpSeconds: isQuick ? 2 : 6 };

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

const measureAll = async (environment: Environment) => {
  const collector = await startTraceReceiver();
  const found: Record<Variant, CpuOfOrder[]> = { off: [], '1 %': [], all: [] };
  try {
    for (let round = 1; round <= rounds; round += 1)
      for (const variant of variants) {
        const cpu = await measureOrders(environment, settingsOf(variant, collector.url), load);
        found[variant].push(cpu);
        console.log(
          `  round ${round}, ${variant}: CPU ms for an order: loms ${cpu.loms.toFixed(3)}, publisher ${cpu.publisher.toFixed(3)}`,
        );
      }
    return { found, spans: collector.spans.length };
  } finally {
    await collector.close();
  }
};

const figuresOf = ({ found, spans }: Awaited<ReturnType<typeof measureAll>>): Figure[] => {
  const both = ({ loms, publisher }: CpuOfOrder) => loms + publisher;
  const ratio = (variant: Variant) =>
    median(found[variant].map((cpu, n) => both(cpu) / both(found.off[n] ?? cpu)));
  const middle = (variant: Variant, of: keyof CpuOfOrder) =>
    median(found[variant].map((cpu) => cpu[of]));
  return [
    ...variants.flatMap((variant) => [
      plain(`${variant}: CPU ms of loms for an order`, middle(variant, 'loms'), 3),
      plain(`${variant}: CPU ms of the publisher for an order`, middle(variant, 'publisher'), 3),
    ]),
    atMost(plain('1 % to off', ratio('1 %'), 3), 1.03),
    plain('all to off', ratio('all'), 3),
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
const notes = `${load.perSecond} OrderCreate a second over gRPC for ${load.seconds} s after ${load.warmUpSeconds} s that are not counted, ${rounds} rounds in which the three take turns, each with processes
of its own; medians, ratios of each round. An order is one call and two events. Spans go to a collector over OTLP (HTTP, JSON), whose cost is not
counted. Postgres writes to disk in earnest; everything is on the same machine.`;
await reportFigures({ name: 'tracing', figures, notes, startedMs, isPartial: isQuick });
