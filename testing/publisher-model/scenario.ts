import fc from 'fast-check';

/**
 * The fate of an event: most are sent; a large one is never sent; a refused one never, or only after some attempts.
 */
export type EventKind = 'plain' | 'large' | 'refused' | 'refused-at-first';

/** One transaction. It locks its keys in this order, sleeps after each of them, and then commits or rolls back. */
export interface WriterStep {
  readonly parts: readonly {
    readonly key: number;
    readonly events: readonly EventKind[];
    readonly waitMs: number;
  }[];
  readonly commits: boolean;
}

export const statementNames = [
  'unsent',
  'unsent_short',
  'bound',
  'blocked',
  'mark_sent_by_place',
  'mark_sent_by_id',
  'record_attempt',
  'mark_waiting',
  'publisher_join',
  'publisher_renew',
  'publisher_end_expired',
  'publisher_survey',
  'publisher_claim',
  'publisher_give_back',
] as const;

/** A fault of the n-th statement with this name that a publisher begins, counted over all its lives. */
export interface StatementFault {
  readonly publisher: number;
  readonly statement: (typeof statementNames)[number];
  readonly nth: number;
  readonly kind: 'slow-before' | 'slow-after' | 'fails' | 'answer-lost';
  readonly ms: number;
}

const outcomeKinds = [
  'late-answer',
  'late-write',
  'answer-lost',
  'partition',
  'partition-away',
  'false-success',
  'away',
  'odd',
] as const;

/** What happens to the n-th request that the broker receives, whichever publisher sends it. */
export interface RequestOutcome {
  readonly nth: number;
  readonly kind: (typeof outcomeKinds)[number];
  readonly ms: number;
}

// `redrive`: an operator puts back all FAILED rows. `redrive-unheard`: likewise, but no publisher is notified.
const happeningKinds = [
  'start',
  'stop',
  'kill',
  'restart',
  'freeze',
  'redrive',
  'redrive-unheard',
] as const;

export interface Happening {
  readonly atMs: number;
  readonly publisher: number;
  readonly kind: (typeof happeningKinds)[number];
  readonly ms: number;
}

export interface Scenario {
  readonly publishers: number;
  readonly batchRows: number;
  readonly maxPartRows: number;
  readonly maxAttempts: number;
  /** How many milliseconds the broker takes for a request without a fault. */
  readonly answerMs: number;
  readonly writers: readonly (readonly WriterStep[])[];
  readonly statementFaults: readonly StatementFault[];
  readonly requestOutcomes: readonly RequestOutcome[];
  readonly happenings: readonly Happening[];
}

export const keyCount = 6;
export const slotCount = 3;

const eventKind = fc.oneof(
  { arbitrary: fc.constant<EventKind>('plain'), weight: 14 },
  { arbitrary: fc.constantFrom<EventKind>('refused-at-first', 'refused', 'large'), weight: 1 },
);

const writerStep: fc.Arbitrary<WriterStep> = fc.record({
  parts: fc
    .uniqueArray(
      fc.record({
        key: fc.nat(keyCount - 1),
        events: fc.array(eventKind, { minLength: 1, maxLength: 3 }),
        waitMs: fc.oneof(fc.constant(0), fc.nat(40)),
      }),
      { minLength: 1, maxLength: 2, selector: ({ key }) => key },
    )
    // Keys are locked in one global order, so that writers cannot deadlock.
    .map((parts) => parts.toSorted((a, b) => a.key - b.key)),
  commits: fc.oneof(
    { arbitrary: fc.constant(true), weight: 9 },
    { arbitrary: fc.constant(false), weight: 1 },
  ),
});

const publisher = fc.nat(slotCount - 1);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  publishers: fc.integer({ min: 1, max: slotCount }),
  batchRows: fc.integer({ min: 1, max: 8 }),
  maxPartRows: fc.integer({ min: 1, max: 6 }),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  answerMs: fc.nat(15),
  writers: fc.array(fc.array(writerStep, { minLength: 1, maxLength: 10 }), {
    minLength: 1,
    maxLength: 4,
  }),
  statementFaults: fc.array(
    fc.record({
      publisher,
      statement: fc.constantFrom(...statementNames),
      nth: fc.nat(6),
      kind: fc.constantFrom('slow-before', 'slow-after', 'fails', 'answer-lost'),
      ms: fc.nat(450),
    }),
    { maxLength: 8 },
  ),
  requestOutcomes: fc.array(
    fc.record({
      nth: fc.nat(20),
      kind: fc.constantFrom(...outcomeKinds),
      ms: fc.nat(400),
    }),
    { maxLength: 5 },
  ),
  happenings: fc.array(
    fc.record({
      atMs: fc.nat(400),
      publisher,
      kind: fc.constantFrom(...happeningKinds),
      ms: fc.nat(500),
    }),
    { maxLength: 6 },
  ),
});
