import type { Dashboard } from './dashboard.ts';

/** What do callers get, and what do services get of each other? */
export const rpc: Dashboard = {
  name: 'rpc',
  title: 'RPC',
  description:
    'Calls that services answer, over all protocols, and those that they make of each other.',
  hasJobs: true,
  rows: [
    {
      title: 'Calls of this service',
      panels: [
        {
          title: 'Calls answered',
          description:
            'As many as usual at this time of day is normal; zero means that nobody calls, or that calls do not arrive.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job) (rate(rpc_duration_seconds_count{job=~"$job"}[$__rate_interval]))',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Calls refused and failed',
          description:
            'INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION and the like are refusals and normal; UNAVAILABLE and DEADLINE_EXCEEDED mean that something behind the service is away or slow, INTERNAL and UNKNOWN mean a bug.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, code) (rate(rpc_duration_seconds_count{job=~"$job", code!="OK"}[$__rate_interval]))',
              legend: '{{job}}, {{code}}',
            },
          ],
        },
        {
          title: 'How long calls take',
          description:
            'What 99 of 100 calls stay below: some milliseconds are normal, for watches as long as somebody looks; more means a slow database or a full pool.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (job, le) (rate(rpc_duration_seconds_bucket{job=~"$job", rpc!~".*/Watch.*"}[$__rate_interval])))',
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'The five slowest RPCs',
          description:
            'What 99 of 100 calls of an RPC stay below, watches left out: tells whether all calls are slow, and so the engine, or one RPC.',
          unit: 'seconds',
          queries: [
            {
              expr: 'topk(5, histogram_quantile(0.99, sum by (rpc, le) (rate(rpc_duration_seconds_bucket{job=~"$job", rpc!~".*/Watch.*"}[$__rate_interval]))))',
              legend: '{{rpc}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Calls of other services',
      panels: [
        {
          title: 'Outcomes of calls',
          description:
            'ok and refused are normal; unavailable means that the service that is called did not answer, with all tries.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, client, outcome) (rate(rpc_client_duration_seconds_count{job=~"$job"}[$__rate_interval]))',
              legend: '{{job}} of {{client}}, {{outcome}}',
            },
          ],
        },
        {
          title: 'How long the other takes',
          description:
            'What 99 of 100 calls stay below, with all their tries: some milliseconds are normal; more means that the other service is slow.',
          unit: 'seconds',
          queries: [
            {
              expr: 'histogram_quantile(0.99, sum by (job, client, le) (rate(rpc_client_duration_seconds_bucket{job=~"$job"}[$__rate_interval])))',
              legend: '{{job}} of {{client}}',
            },
          ],
        },
        {
          title: 'Circuit breakers',
          description:
            '0 (calls go through) is normal; 2 means that the other service failed too often and is left alone for a while, 1 that one call tries whether it is back.',
          unit: 'count',
          queries: [
            {
              expr: 'max by (job, client) (rpc_client_breaker_state{job=~"$job"})',
              legend: '{{job}} of {{client}}',
            },
          ],
        },
        {
          title: 'Tries after the first',
          description:
            'Zero is normal; a line means that calls fail and are made again, which callers notice as slowness only.',
          unit: 'per second',
          queries: [
            {
              expr: 'sum by (job, client) (rate(rpc_client_retries_total{job=~"$job"}[$__rate_interval]))',
              legend: '{{job}} of {{client}}',
            },
          ],
        },
      ],
    },
  ],
};
