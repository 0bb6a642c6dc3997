import { logFields, type LogFieldKind } from '#platform/base/log-line.ts';

const keptDays = 7;

/** For Elasticsearch, which deletes an index so many days after it was made; there is one a day. */
export const retentionPolicy = {
  policy: { phases: { delete: { min_age: `${keptDays}d`, actions: { delete: {} } } } },
};

const word = { type: 'keyword', ignore_above: 1_024 };
const number = { type: 'long' };

const mappingOf: Readonly<Record<LogFieldKind, object>> = {
  date: { type: 'date' },
  word,
  words: word,
  text: { type: 'text' },
  number,
  numbers: number,
  flag: { type: 'boolean' },
  error: {
    properties: {
      type: word,
      message: { type: 'text' },
      code: word,
      stack: { type: 'text', index: false },
    },
  },
  json: { type: 'object', enabled: false },
};

const properties = Object.fromEntries(
  Object.entries(logFields).map(([name, kind]) => [name, mappingOf[kind]]),
);

/**
 * The indices of logs: `inorder-logs-2026.11.30`. Each field of log-line.ts has its mapping; others are kept and not
 * searched, so that no line is refused. OpenSearch takes it, too.
 */
export const indexTemplate = {
  index_patterns: ['inorder-logs-*'],
  template: {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      'index.mapping.ignore_malformed': true,
    },
    mappings: {
      dynamic: false,
      properties: {
        ...properties,
        '@timestamp': { type: 'date' },
        // what the key of an event or a timer is
        order_id: { type: 'alias', path: 'key' },
      },
    },
  },
};
