import type { Dashboard, Panel } from './dashboard.ts';

/** In the dashboard of the whole flow, too. */
export const overdueOrders: Panel = {
  title: 'Orders that have not ended in time',
  description:
    'Bookings whose saga is overdue: zero is normal; otherwise ./inorder stuck lists them, each with the step that is missing.',
  unit: 'count',
  queries: [{ expr: 'max by (job) (saga_stuck_orders)', legend: '{{job}}' }],
  threshold: { alert: 'SagaStuck', above: 0 },
};

/** Do bookings and orders end, and which step is missing if not? */
export const sagas: Dashboard = {
  name: 'sagas',
  title: 'Sagas',
  description: 'The steps of bookings and orders: which one does not happen any more?',
  rows: [
    {
      title: 'Do they end?',
      panels: [
        overdueOrders,
        {
          title: 'Events published for sagas',
          description:
            'Events of booking, payment and ticket: a booking begins with one of booking; a source that publishes none while others do is the step that is missing.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (source) (rate(worker_outbox_events_published_total{source=~"booking|payment|ticket"}[$__rate_interval]))',
              legend: '{{source}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Which step is missing?',
      panels: [
        {
          title: 'Steps that booking has taken',
          description:
            'Events that have moved bookings on: PaymentAuthorized and TicketIssued are the way to a ticket, the others are refusals and compensations.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (type) (rate(consumer_orders_processed_total[$__rate_interval]))',
              legend: '{{type}}',
            },
          ],
        },
        {
          title: 'Steps that payment has taken',
          description:
            'OrderCreated is a payment, the others give money back; zero while bookings are made means that payment consumes nothing.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (type) (rate(payment_service_events_processed_total[$__rate_interval]))',
              legend: '{{type}}',
            },
          ],
        },
        {
          title: 'Steps that ticket has taken',
          description:
            'PaymentAuthorized is a ticket, RefundRequested takes one back; zero while payments are authorized means that ticket consumes nothing.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (type) (rate(ticket_service_events_processed_total[$__rate_interval]))',
              legend: '{{type}}',
            },
          ],
        },
        {
          title: 'How long booking takes for a batch',
          description: 'Some milliseconds are normal; more means that its database is slow.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (le) (rate(consumer_processing_duration_seconds_bucket[$__rate_interval])))',
              legend: '99 of 100 below',
            },
          ],
        },
      ],
    },
    {
      title: 'Timers',
      panels: [
        {
          title: 'How long the oldest timer has been due',
          description:
            'Less than two seconds are normal; more means that what the timer does fails, or that its service is away.',
          unit: 'seconds',
          queries: [
            {
              expr: 'max by (job, kind) (timers_oldest_due_seconds)',
              legend: '{{job}}, {{kind}}',
            },
          ],
        },
        {
          title: 'Timers fired',
          description:
            'Work that was due and is done: payment timeouts, builds, what a service still owes another.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, kind) (rate(timers_fired_total[$__rate_interval]))',
              legend: '{{job}}, {{kind}}',
            },
          ],
        },
        {
          title: 'Timers that failed',
          description:
            'Zero is normal; a line means that the work of a timer fails and is tried again until it succeeds.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, kind) (rate(timers_failed_total[$__rate_interval]))',
              legend: '{{job}}, {{kind}}',
            },
          ],
        },
      ],
    },
  ],
};
