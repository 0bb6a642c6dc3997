import fc from 'fast-check';

/** What becomes of an event: most go; a large one is never sent, a refused one never or not at first taken. */
export type EventKind = 'plain' | 'large' | 'refused' | 'refused-at-first';

/** One transaction. Keys are locked in this order; it sleeps after each of them, then ends. */
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

/** Befalls the n-th statement of a name that a publisher begins, counted over all its lives. */
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

/** Befalls the n-th request that the broker gets, whoever sends it. */
export interface RequestOutcome {
  readonly nth: number;
  readonly kind: (typeof outcomeKinds)[number];
  readonly ms: number;
}

// redrive: an operator puts back whatever has FAILED; redrive-unheard: and no publisher is told
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
  /** How long the broker takes for a request that nothing befalls. */
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
    // always in one order: no two writers wait for each other
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
