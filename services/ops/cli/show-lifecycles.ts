import type { GetTimelineResponse } from '#gen/ops/v1/ops_pb.ts';
import type { Lifecycle, LifecycleStep } from '#gen/ops/v1/lifecycle_pb.ts';
import { printable } from '#platform/cli/printable.ts';
import { table } from '#platform/cli/table.ts';

const signs: Readonly<Record<string, string>> = {
  DONE: '✓',
  RUNNING: '…',
  TO_COME: '·',
  SKIPPED: '-',
  FAILED: '✗',
};

/** Describes why an order does not go on, and how far it is in each system. */
export const describeLifecycles = ({ lifecycles, whyStuck }: GetTimelineResponse): string[] => [
  ...(whyStuck.length > 0
    ? [table<string>([{ head: 'Why it is stuck:', cell: (each) => printable(each) }], whyStuck)]
    : []),
  ...lifecycles.map(describeLifecycle),
];

const describeLifecycle = ({ system, title, state, steps }: Lifecycle): string =>
  [
    `${title} (${system}): ${printable(state)}`,
    table<LifecycleStep>(
      [
        { head: '', cell: (step) => signs[step.state] ?? '?' },
        {
          head: 'step',
          cell: (step) => `${step.isCompensation ? '↩ ' : ''}${step.title}`,
          most: 34,
        },
        { head: 'state', cell: (step) => step.state },
        { head: 'how far it is', cell: (step) => printable(step.says) },
      ],
      steps,
    ),
  ].join('\n');
