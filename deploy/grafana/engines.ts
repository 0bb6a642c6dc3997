import type { Dashboard } from './dashboard.ts';

/** Do the processes have what they need: each other, Kafka, Postgres, Redis, CPU and memory? */
export const engines: Dashboard = {
  name: 'engines',
  title: 'Engines',
  description:
    'What processes need to work: readiness, Kafka, pools of connections, the cache, CPU and memory.',
  hasJobs: true,
  rows: [
    {
      title: 'Readiness',
      panels: [
        {
          title: 'Processes that answer',
          description:
            'Whether each process of a service answers Prometheus: yes is normal; no means that one is away or hangs.',
          unit: 'yes or no',
          queries: [{ expr: 'min by (job) (up{job=~"$job"})', legend: '{{job}}' }],
          threshold: { alert: 'ServiceAway', below: 1 },
        },
        {
          title: 'Services that can work',
          description:
            'Whether each process of a service is ready: yes is normal; no means that a check failed, which the next panel names.',
          unit: 'yes or no',
          queries: [{ expr: 'min by (job) (service_ready{job=~"$job"})', legend: '{{job}}' }],
          threshold: { alert: 'ServiceNotReady', below: 1 },
        },
        {
          title: 'Checks that fail',
          description:
            'No line is normal; a line is a check of /readyz that fails in a process of this service.',
          unit: 'count',
          queries: [
            {
              expr: 'count by (job, check) (service_check_ok{job=~"$job"} == 0)',
              legend: '{{job}}: {{check}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Kafka client',
      panels: [
        {
          title: 'How long brokers take',
          description:
            'What 99 of 100 requests stay below, without those that wait for messages or members: milliseconds are normal; seconds mean that a broker is overloaded or frozen.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (client, request, le) (rate(kafka_client_request_seconds_bucket{job=~"$job", request!~"Fetch|JoinGroup|SyncGroup"}[$__rate_interval])))',
              legend: '{{client}}, {{request}}',
            },
          ],
        },
        {
          title: 'Failures of Kafka clients',
          description:
            'Zero is normal, except while processes start or brokers restart; timeout means that a broker does not answer, crash that a consumer begins anew.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, client, reason) (rate(kafka_client_errors_total{job=~"$job"}[$__rate_interval]))',
              legend: '{{job}}, {{client}}, {{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Pools of connections to Postgres',
      panels: [
        {
          title: 'Share of connections that are busy',
          description:
            'Below a half is normal; at 100 % calls wait for a connection, because statements are slow or locked.',
          unit: 'share',
          queries: [
            {
              expr: 'max by (job, pool) (database_pool_connections{job=~"$job", state="busy"} / ignoring (state) database_pool_max_connections)',
              legend: '{{job}}, {{pool}}',
            },
          ],
        },
        {
          title: 'Who waits for a connection',
          description: 'Zero is normal; more means that the pool is used up.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (job, pool) (database_pool_waiting{job=~"$job"})',
              legend: '{{job}}, {{pool}}',
            },
          ],
        },
        {
          title: 'How long one waits for a connection',
          description:
            'What 99 of 100 statements and transactions stay below: a millisecond is normal; more means that the pool is used up or Postgres is slow to answer.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (job, pool, le) (rate(database_pool_acquire_seconds_bucket{job=~"$job"}[$__rate_interval])))',
              legend: '{{job}}, {{pool}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Redis',
      panels: [
        {
          title: 'Caches without Redis',
          description:
            '0 is normal; 1 means that Redis cannot be used and this service reads everything from its database: slower, and right.',
          unit: 'count',
          queries: [{ expr: 'max by (job) (cache_unavailable{job=~"$job"})', legend: '{{job}}' }],
        },
        {
          title: 'Reads through caches',
          description: 'Mostly hit is normal; loaded and uncached are reads from the database.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (cache, result) (rate(cache_requests_total{job=~"$job"}[$__rate_interval]))',
              legend: '{{cache}}, {{result}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'CPU',
          description:
            'Cores that the busiest process of a service uses: one is all that its event loop can use, and means that it is too slow for its load.',
          unit: 'share',
          queries: [
            {
              expr: 'max by (job) (rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Memory',
          description:
            'Resident memory of the largest process of a service: a level that it keeps is normal; a line that rises for hours is a leak.',
          unit: 'bytes',
          queries: [
            {
              expr: 'max by (job) (process_resident_memory_bytes{job=~"$job"})',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Delay of the event loop',
          description:
            'About 0.1 s is normal, because it is looked at ten times a second; more means that something blocks the process.',
          unit: 'seconds',
          queries: [
            {
              expr: 'max by (job) (nodejs_eventloop_lag_p99_seconds{job=~"$job"})',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Starts in the last hour',
          description:
            'How often a process was started anew: zero is normal, one after a deployment; more means that it dies again and again.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (job) (changes(process_start_time_seconds{job=~"$job"}[1h]))',
              legend: '{{job}}',
            },
          ],
        },
      ],
    },
  ],
};
