import type { Dashboard } from './dashboard.ts';
import { oldestUnsentEvent } from './outbox.ts';
import { overdueOrders } from './sagas.ts';

/** From the call to the last effect: where does the flow stop? The first row is that of the contract of bookings. */
export const e2eOrderFlow: Dashboard = {
  name: 'e2e-order-flow',
  title: 'E2E Order Flow',
  description:
    'From the call to the last effect: the first panel that is not normal says where the flow stops.',
  rows: [
    {
      panels: [
        {
          title: 'Flow: Published vs Processed',
          description:
            'Events of bookings: the lines rise and fall together; where one of the processed lines stays at zero while events are published, that service consumes nothing.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum(rate(worker_outbox_events_published_total{source=~"booking|payment|ticket"}[$__rate_interval]))',
              legend: 'published',
            },
            {
              expr: 'sum(rate(consumer_orders_processed_total[$__rate_interval]))',
              legend: 'processed by booking',
            },
            {
              expr: 'sum(rate(payment_service_events_processed_total[$__rate_interval]))',
              legend: 'processed by payment',
            },
            {
              expr: 'sum(rate(ticket_service_events_processed_total[$__rate_interval]))',
              legend: 'processed by ticket',
            },
          ],
        },
        {
          title: 'Chaos: Simulated Failures',
          description:
            'Sends that failed and are tried again: zero is normal, with OUTBOX_CHAOS that share of the sends; anything else means that brokers or databases fail, although nothing is lost.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (source) (rate(worker_outbox_publish_errors_total[$__rate_interval]))',
              legend: '{{source}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Where it stops, in the order of the flow',
      panels: [
        {
          title: 'Calls answered',
          description:
            'Calls that services answer: without any, nobody orders, or what is in front of the services is away.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job) (rate(rpc_duration_seconds_count[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
        oldestUnsentEvent,
        {
          title: 'Messages that wait at consumers',
          description:
            'Messages in Kafka that a group has not committed: near zero is normal; a line that rises means that the group is away, stuck or too slow.',
          unit: 'count',
          queries: [
            {
              expr: 'sum by (group, topic) (kafka_group_lag_messages)',
              legend: '{{group}}, {{topic}}',
            },
          ],
          alerts: ['ConsumerLagGrowing', 'ConsumerStuck', 'ConsumerGroupEmpty'],
        },
        {
          title: 'Dead letters to be decided on',
          description:
            'Messages that a consumer gave up: zero is normal; each one waits until somebody redrives or discards it.',
          unit: 'count',
          queries: [
            {
              expr: 'sum by (consumer) (inbox_open_dead_letters)',
              legend: '{{consumer}}',
            },
          ],
          threshold: { alert: 'InboxDeadLetters', above: 0 },
        },
        overdueOrders,
        {
          title: 'From the event to the notifier',
          description:
            'How old an event of an order is when the notifier has written its line: some milliseconds are normal; more means that the publisher or the notifier is behind.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.5, sum by (job, le) (rate(notifier_event_latency_seconds_bucket[$__rate_interval])))',
              legend: '{{job}}, half of them below',
            },
            {
              expr: 'histogram_quantile(0.99, sum by (job, le) (rate(notifier_event_latency_seconds_bucket[$__rate_interval])))',
              legend: '{{job}}, 99 of 100 below',
            },
          ],
        },
        {
          title: 'Services that can work',
          description:
            'Whether each process of a service is ready: yes is normal; no means that one lacks its database, its broker or its group, and no line that none answers.',
          unit: 'yes or no',
          queries: [{ expr: 'min by (job) (service_ready)', legend: '{{job}}' }],
          threshold: { alert: 'ServiceNotReady', below: 1 },
          alerts: ['ServiceAway'],
        },
      ],
    },
  ],
};
