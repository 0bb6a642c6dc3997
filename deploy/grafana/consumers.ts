import type { Dashboard } from './dashboard.ts';

/** Is everything consumed; what fails; are the promises kept? */
export const consumers: Dashboard = {
  name: 'consumers',
  title: 'Consumers',
  description: 'Messages on their way from Kafka into the inboxes of the services.',
  rows: [
    {
      title: 'Is everything consumed?',
      panels: [
        {
          title: 'Messages that wait',
          description:
            'Messages that a group has not committed: near zero is normal; a line that rises means that the group is away, stuck or too slow.',
          unit: 'count',
          queries: [
            {
              expr: 'sum by (group, topic) (kafka_group_lag_messages)',
              legend: '{{group}}, {{topic}}',
            },
          ],
          threshold: { alert: 'ConsumerLagGrowing', above: 1_000 },
          alerts: ['ConsumerStuck'],
        },
        {
          title: 'Messages committed',
          description:
            'How many messages a group gets on: as many as come; zero while messages wait means that it is stuck.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (group, topic) (rate(kafka_group_committed_offset[$__rate_interval]))',
              legend: '{{group}}, {{topic}}',
            },
          ],
          alerts: ['ConsumerStuck'],
        },
        {
          title: 'Members of groups',
          description:
            'Processes in a group: as many as were started is normal; zero means that nobody consumes the topic.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (group, topic) (kafka_group_members)',
              legend: '{{group}}, {{topic}}',
            },
          ],
          threshold: { alert: 'ConsumerGroupEmpty', below: 1 },
        },
        {
          title: 'Groups whose lag is known',
          description:
            'Two lines of the same height are normal; a gap between them means that ops cannot see some groups, and that no alert on those can fire.',
          unit: 'count',
          queries: [
            { expr: 'count(kafka_group_expected)', legend: 'expected' },
            {
              expr: 'count(count by (group, topic) (kafka_group_lag_messages))',
              legend: 'known',
            },
          ],
          alerts: ['ConsumerLagMissing'],
        },
      ],
    },
    {
      title: 'What fails?',
      panels: [
        {
          title: 'Attempts that failed',
          description:
            'Messages whose handling failed and is tried again: zero is normal; the reason says whether the message or what the service needs is at fault.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (consumer, reason) (rate(inbox_failures_total[$__rate_interval]))',
              legend: '{{consumer}}, {{reason}}',
            },
          ],
        },
        {
          title: 'Keys that wait',
          description:
            'Keys that are parked because a message of them failed: zero is normal; other keys go on meanwhile.',
          unit: 'count',
          queries: [{ expr: 'max by (consumer) (inbox_parked_keys)', legend: '{{consumer}}' }],
        },
        {
          title: 'How long the oldest key waits',
          description:
            'Seconds are normal after a failure; minutes mean that what fails does not mend itself.',
          unit: 'seconds',
          queries: [
            { expr: 'max by (consumer) (inbox_parked_oldest_seconds)', legend: '{{consumer}}' },
          ],
          threshold: { alert: 'InboxKeysParked', above: 300 },
        },
        {
          title: 'Dead letters to be decided on',
          description:
            'Messages that a consumer gave up: zero is normal; each one waits until somebody redrives or discards it.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (consumer, topic) (inbox_open_dead_letters)',
              legend: '{{consumer}}, {{topic}}',
            },
          ],
          threshold: { alert: 'InboxDeadLetters', above: 0 },
        },
        {
          title: 'Partitions that are held',
          description:
            'No line is normal; a line means that the group can neither read nor handle what comes next in this partition.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (group, topic, partition) (kafka_partition_held)',
              legend: '{{group}}, {{topic}} {{partition}}',
            },
          ],
          threshold: { alert: 'KafkaPartitionHeld', above: 0 },
        },
      ],
    },
    {
      title: 'Are the promises kept?',
      panels: [
        {
          title: 'Events handled',
          description:
            'Events whose effect was committed: as many as were published for this consumer; zero while messages wait means that it is stuck.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (consumer) (rate(inbox_events_handled_total[$__rate_interval]))',
              legend: '{{consumer}}',
            },
            {
              expr: 'sum by (job) (rate(notifier_events_total[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Duplicates dropped',
          description:
            'Messages that came again and had no second effect: a few after a restart or a rebalance are normal; a steady line means that a publisher sends again and again.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (consumer) (rate(inbox_duplicates_total[$__rate_interval]))',
              legend: '{{consumer}}',
            },
          ],
        },
        {
          title: 'Events out of their order, in 15 minutes',
          description: 'Zero is normal; anything else must never happen.',
          unit: 'count',
          queries: [
            {
              expr: 'sum by (consumer, topic) (increase(order_violations_total[15m]))',
              legend: '{{consumer}}, {{topic}}',
            },
          ],
          threshold: { alert: 'OrderViolated', above: 0 },
        },
      ],
    },
  ],
};
