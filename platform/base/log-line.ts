/**
 * The fields of a log line, the same in all services, with what each holds. The list is closed: the types of `Logger`
 * refuse other names, the e2e tests hold the lines of every process against it, and the index template is made from it.
 * docs/observability.md says what the fields mean.
 */
export const logFields = {
  // of each line
  time: 'date',
  level: 'word',
  service: 'word',
  msg: 'text',
  // where it comes from
  replica: 'word',
  part: 'word',
  trace_id: 'word',
  span_id: 'word',
  // what it is about
  topic: 'word',
  partition: 'number',
  offset: 'number',
  key: 'word',
  sequence: 'number',
  event_id: 'word',
  type: 'word',
  status: 'word',
  history: 'word',
  event: 'json',
  text: 'text',
  consumer: 'word',
  group: 'word',
  topics: 'words',
  partitions: 'numbers',
  source: 'word',
  epoch: 'word',
  kind: 'word',
  schema: 'word',
  table: 'word',
  channels: 'words',
  // calls and addresses
  rpc: 'word',
  protocol: 'word',
  code: 'word',
  caller: 'word',
  client: 'word',
  path: 'word',
  url: 'word',
  host: 'word',
  port: 'number',
  tls: 'flag',
  broker: 'word',
  signal: 'word',
  // what failed, and what happens next
  err: 'error',
  reason: 'word',
  attempts: 'number',
  max_attempts: 'number',
  retry_in_ms: 'number',
  timeout_ms: 'number',
  since: 'date',
  goes_on_at: 'number',
  outcome: 'word',
  // how many
  claimed: 'number',
  given: 'number',
  owned: 'number',
  ended: 'number',
  moved: 'number',
  missing: 'number',
  waiting: 'number',
} as const satisfies Readonly<Record<string, LogFieldKind>>;

/** `word` is found as a whole, `text` by its words, `json` is kept but not searched. */
export type LogFieldKind =
  'date' | 'word' | 'words' | 'text' | 'number' | 'numbers' | 'flag' | 'error' | 'json';

export type LogField = keyof typeof logFields;

interface Values {
  date: string | Date;
  word: string;
  words: readonly string[];
  text: string;
  number: number;
  numbers: readonly number[];
  flag: boolean;
  error: unknown;
  json: unknown;
}

/** Every line has these; the logger writes them. */
export const fieldsOfEachLine = ['time', 'level', 'service', 'msg'] as const;

/** What a caller may add to a line. */
export type LogFacts = {
  readonly [Field in Exclude<LogField, (typeof fieldsOfEachLine)[number]>]?:
    Values[(typeof logFields)[Field]] | undefined;
};
