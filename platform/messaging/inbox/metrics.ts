import { Counter, Gauge, type Registry } from 'prom-client';

export interface InboxMetrics {
  readonly handled: Counter<'consumer'>;
  readonly duplicates: Counter<'consumer'>;
  readonly parked: Counter<'consumer'>;
  readonly gaps: Counter<'consumer' | 'topic' | 'reason'>;
  readonly violations: Counter<'consumer' | 'topic' | 'reason'>;
  readonly failures: Counter<'consumer' | 'reason'>;
  readonly deadLetters: Counter<'consumer' | 'reason'>;
  readonly parkedKeys: Gauge<'consumer'>;
  readonly oldestParkedSeconds: Gauge<'consumer'>;
  readonly lettersWaiting: Gauge<'consumer' | 'topic'>;
  readonly oldestLetterSeconds: Gauge<'consumer' | 'topic'>;
  readonly letterFailures: Counter<'consumer' | 'topic' | 'reason'>;
  readonly lag: Gauge<'consumer' | 'partition'>;
}

export const createInboxMetrics = (registry: Registry): InboxMetrics => {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...others: Label[]) =>
    new Counter<'consumer' | Label>({
      name,
      help,
      registers,
      labelNames: ['consumer', ...others],
    });
  const gauge = <Label extends string>(name: string, help: string, ...others: Label[]) =>
    new Gauge<'consumer' | Label>({
      name,
      help,
      registers,
      labelNames: ['consumer', ...others],
    });
  return {
    handled: counter('inbox_events_handled_total', 'Events whose effect was committed.'),
    duplicates: counter('inbox_duplicates_total', 'Messages dropped: accepted before.'),
    parked: counter(
      'inbox_parked_total',
      'Messages parked: failed, behind a failed one, late or unreadable.',
    ),
    gaps: counter(
      'order_gaps_total',
      'Events before which others of their key are missing.',
      'topic',
      'reason',
    ),
    violations: counter('order_violations_total', 'Events out of their order.', 'topic', 'reason'),
    failures: counter('inbox_failures_total', 'Tries that failed, by reason.', 'reason'),
    deadLetters: counter('inbox_dead_letters_total', 'Messages given up, by reason.', 'reason'),
    parkedKeys: gauge('inbox_parked_keys', 'Keys whose messages wait.'),
    oldestParkedSeconds: gauge('inbox_parked_oldest_seconds', 'Age of the oldest parked key.'),
    lettersWaiting: gauge(
      'inbox_letters_waiting',
      'Dead letters still to be written to this topic; their keys wait.',
      'topic',
    ),
    oldestLetterSeconds: gauge(
      'inbox_letters_oldest_seconds',
      'Age of the oldest dead letter not yet written to its topic.',
      'topic',
    ),
    letterFailures: counter(
      'inbox_letter_failures_total',
      'Dead letters that could not be written, by reason.',
      'topic',
      'reason',
    ),
    lag: gauge('inbox_lag_messages', 'Messages of a partition still to come.', 'partition'),
  };
};
