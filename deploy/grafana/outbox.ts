import type { Dashboard, Panel } from './dashboard.ts';

/** In the dashboard of the whole flow, too. */
export const oldestUnsentEvent: Panel = {
  title: 'Oldest unsent event',
  description:
    'How long the oldest event of a source waits, as ops sees it: less than a second is normal; a line that rises means that nobody sends events of this source.',
  unit: 'seconds',
  queries: [{ expr: 'max by (source) (outbox_unsent_oldest_seconds)', legend: '{{source}}' }],
  threshold: { alert: 'OutboxEventUnsent', above: 60 },
};

/** Are events sent; if not, what blocks them, and who should send them? */
export const outbox: Dashboard = {
  name: 'outbox',
  title: 'Outbox',
  description: 'Events on their way from the tables of the services to Kafka.',
  rows: [
    {
      title: 'Is it sent?',
      panels: [
        oldestUnsentEvent,
        {
          title: 'Unsent events',
          description:
            'Events that wait, as publishers see them: near zero is normal; a backlog that does not shrink means that the publisher is blocked or too slow.',
          unit: 'count',
          queries: [{ expr: 'sum by (source) (outbox_backlog_rows)', legend: '{{source}}' }],
        },
        {
          title: 'Events sent',
          description:
            'Events that brokers have acknowledged: as many as calls give rise to; zero with a backlog means that nothing is sent.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (source) (rate(outbox_published_total[$__rate_interval]))',
              legend: '{{source}}',
            },
          ],
        },
        {
          title: 'From the event to its acknowledgement',
          description:
            'How old an event is when a broker has acknowledged it: some milliseconds are normal; more means a backlog or a slow broker.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.5, sum by (le) (rate(outbox_publish_delay_seconds_bucket[$__rate_interval])))',
              legend: 'half of them below',
            },
            {
              expr: 'histogram_quantile(0.99, sum by (le) (rate(outbox_publish_delay_seconds_bucket[$__rate_interval])))',
              legend: '99 of 100 below',
            },
          ],
        },
      ],
    },
    {
      title: 'What blocks it?',
      panels: [
        {
          title: 'Events that could not be sent',
          description:
            'FAILED events and the keys that wait behind them: zero is normal; each one waits until somebody requeues or discards it.',
          unit: 'count',
          queries: [
            { expr: 'max by (source) (outbox_failed_events)', legend: '{{source}}, events' },
            { expr: 'max by (source) (outbox_blocked_keys)', legend: '{{source}}, blocked keys' },
          ],
          threshold: { alert: 'OutboxEventsFailed', above: 0 },
        },
        {
          title: 'Sends that failed',
          description:
            'Passes of the publisher that are tried again, by reason, and events that brokers refused: zero is normal, or the share of OUTBOX_CHAOS; otherwise the reason names the cause.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (source, reason) (rate(outbox_retries_total[$__rate_interval]))',
              legend: '{{source}}, {{reason}}',
            },
            {
              expr: 'sum by (source, topic, reason) (rate(outbox_refused_total[$__rate_interval]))',
              legend: '{{source}}, {{topic}} refused it: {{reason}}',
            },
          ],
        },
        {
          title: 'Partitions that cannot be written',
          description:
            'No line is normal; a line means that this partition has no leader or is not there, and that its events wait.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (source, topic, partition) (outbox_unwritable_partition)',
              legend: '{{source}}, {{topic}} {{partition}}',
            },
          ],
          threshold: { alert: 'OutboxPartitionUnwritable', above: 0 },
        },
      ],
    },
    {
      title: 'Who sends it?',
      panels: [
        {
          title: 'Publishers',
          description:
            'Publishers whose lease is held, or has expired: as many held as were started is normal; none means that no event is sent.',
          unit: 'count',
          queries: [{ expr: 'max by (state) (outbox_publishers)', legend: '{{state}}' }],
          threshold: { alert: 'OutboxPublisherAway', below: 1 },
        },
        {
          title: 'Buckets without a publisher',
          description:
            'Of the 64 buckets of a source those that nobody owns: zero is normal, also a few seconds after a publisher came or went; events of others wait.',
          unit: 'count',
          queries: [{ expr: 'max by (source) (outbox_unowned_buckets)', legend: '{{source}}' }],
          threshold: { alert: 'OutboxBucketsUnowned', above: 0 },
        },
        {
          title: 'Buckets of each publisher',
          description:
            'How many buckets a publisher owns: equal shares are normal; zero means that it runs and sends nothing.',
          unit: 'count',
          queries: [
            { expr: 'sum by (job, instance) (outbox_owned_buckets)', legend: '{{instance}}' },
          ],
          threshold: { alert: 'OutboxPublisherIdle', below: 1 },
        },
        {
          title: 'Leases lost in ten minutes',
          description:
            'Leases that ended before their publisher stopped: zero is normal; more means that a publisher or its database is at times too slow.',
          unit: 'count',
          queries: [
            {
              expr: 'sum by (job) (increase(outbox_leases_lost_total[10m]))',
              legend: '{{job}}',
            },
          ],
          threshold: { alert: 'OutboxLeaseChurn', above: 2 },
        },
      ],
    },
  ],
};
