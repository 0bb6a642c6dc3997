import { cpus, totalmem } from 'node:os';
import { isFine, type Outcome } from './run.ts';

export interface ReportFacts {
  seed: number;
  ordersPerSecond: number;
  minutes: number;
  outcomes: readonly Outcome[];
}

/** The run in Markdown. */
export const formatReport = ({ seed, ordersPerSecond, minutes, outcomes }: ReportFacts): string => {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const rows = [
    ['fault', 'orders/s', 'events', 'lost', 'out of order', 'foreign', 'again', 'refused', 'flow'],
    ['-', '-:', '-:', '-:', '-:', '-:', '-:', '-:', '-:'],
    ...outcomes.map(rowOf),
    totalOf(outcomes),
  ];
  const faults = outcomes.flatMap(({ title, faults: found }) =>
    found.map((fault) => `- ${title}: ${fault}`),
  );
  return `# Chaos

${day}, ${machine}, everything on one machine, ${minutes.toFixed(1)} minutes, seed ${seed}. \`make chaos\` runs it again,
\`CHAOS_SEED=${seed} make chaos\` with the same faults at random.

Four writers place ${ordersPerSecond} orders a second, pay every second one and cancel every fourth; two publishers, three
notifiers, one Postgres (fsync on), one Kafka broker. The publishers and loms reach both through a proxy. After each
fault the outbox is let drain and everything in Kafka is held against it.

${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

- The writing transaction is held beside the faults of connections only: while it is open, the publishers neither read
  ahead nor raise their floor. All other faults meet them with both.
- _again_: the same event once more, which at-least-once delivery allows and consumers drop.
- _refused_: calls to loms without an answer of success, while something it needs was away.
- _flow_: seconds from the end of the fault until the events of 16 fresh orders were in Kafka.
- _orders/s_: placed while the fault lasted and until flow was back; when loms or its database is away, none can be.
- Checked besides after each fault: every order that loms had answered with success is in the database, with the status that
  it told; every order has as many events as its sequence says, the last one with its status; no notifier has seen a
  violation or a message that it could not read.

${faults.length === 0 ? 'Nothing was found.' : `Found:\n\n${faults.join('\n')}`}

## Seeded bugs

That the checks see what they should: [seeded-bugs.md](seeded-bugs.md).
`;
};

const rowOf = (outcome: Outcome): (string | number)[] => {
  if (outcome.missing !== undefined)
    return [`${outcome.title} (not run: ${outcome.missing})`, ...Array<string>(8).fill('–')];
  const { title, ordersPerSecond, events, lost, outOfOrder, foreign, again, errors } = outcome;
  const counts = [events, lost, outOfOrder, foreign, again, errors];
  const flow = isFine(outcome) ? outcome.flowSeconds.toFixed(1) : 'see below';
  return [title, ordersPerSecond.toFixed(0), ...counts, flow];
};

const totalOf = (outcomes: readonly Outcome[]): (string | number)[] => {
  const sum = (count: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const events = sum((each) => each.events);
  const counts = [
    sum((each) => each.lost),
    sum((each) => each.outOfOrder),
    sum((each) => each.foreign),
    sum((each) => each.again),
    sum((each) => each.errors),
  ];
  return ['**all**', '', events, ...counts, ''];
};
