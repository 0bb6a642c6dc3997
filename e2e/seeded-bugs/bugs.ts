/** A bug that is put in on purpose, and the test that must notice it. */
export interface SeededBug {
  /** `<patch>.patch` beside this file. */
  readonly patch: string;
  readonly breaks: string;
  readonly project: 'unit' | 'int';
  readonly file: string;
  /** The title of the test that must fail, or the beginning of it. */
  readonly test: string;
  /** What the failure must say. */
  readonly sign: string;
}

const publisher = 'services/outbox-publisher';

export const seededBugs: readonly SeededBug[] = [
  {
    patch: '01-send-without-ownership',
    breaks: 'sends without a look at the lease',
    project: 'unit',
    file: `${publisher}/usecases/sender.test.ts`,
    test: 'with no lease nothing is sent',
    sign: 'Received promise resolved',
  },
  {
    patch: '02-mark-before-answer',
    breaks: 'marks rows as sent before the broker has answered',
    project: 'unit',
    file: `${publisher}/usecases/publish-request.test.ts`,
    test: 'while the broker is away the rows of the request are unsent',
    sign: 'expect(received)',
  },
  {
    patch: '03-order-by-created-at',
    breaks: 'reads rows in the order of their moments, which come from the clocks of writers',
    project: 'int',
    file: `${publisher}/store/rows.int.test.ts`,
    test: 'the order is that of the commits',
    sign: 'toEqual(expected)',
  },
  {
    patch: '04-watermark',
    breaks: 'takes everything below the last row read for settled (`id > last`)',
    project: 'unit',
    file: `${publisher}/usecases/publish-pass.test.ts`,
    test: 'the floor rises to a bound of the pass before',
    sign: 'Expected: "0"',
  },
  {
    patch: '05-retry-on-the-same-producer',
    breaks: 'goes on with a producer of which a send was rejected',
    project: 'unit',
    file: `${publisher}/usecases/sender.test.ts`,
    test: 'a producer that was rejected once',
    sign: '"producer 1 closes"',
  },
  {
    patch: '06-success-without-offsets',
    breaks: 'takes a resolved send as success though the answer has no offset for a partition',
    project: 'unit',
    file: 'platform/kafka/producer.test.ts',
    test: 'an answer without a partition',
    sign: 'Received promise resolved',
  },
  {
    patch: '07-drop-without-second-look',
    breaks: 'drops a day by the look that it took without the lock',
    project: 'int',
    file: 'platform/outbox/retention.int.test.ts',
    test: 'a row that is committed between the first look and the lock',
    sign: 'kept-unsent',
  },
  {
    patch: '08-read-without-bound',
    breaks: 'reads on behind the cursor without a bound (decision 0012)',
    project: 'unit',
    file: `${publisher}/usecases/publish-pass.test.ts`,
    test: 'a row that commits during a pass',
    sign: 'toEqual(expected)',
  },
  {
    patch: '09-rest-ends-in-a-pass',
    breaks: 'lets the rest of a key end in the middle of a pass',
    project: 'unit',
    file: `${publisher}/domain/held-keys.test.ts`,
    test: 'a rest ends only when it is ended',
    sign: 'Expected: true',
  },
  {
    patch: '10-cursor-passes-rows',
    breaks: 'moves the cursor past a row that found no room',
    project: 'unit',
    file: `${publisher}/domain/request-plan.test.ts`,
    test: 'a full partition ends its bucket there',
    sign: 'expect(received)',
  },
  {
    patch: '11-claim-without-fence',
    breaks: 'lets a member whose lease has run out claim buckets',
    project: 'int',
    file: `${publisher}/store/ownership.int.test.ts`,
    test: 'whose lease has run out can neither renew nor claim',
    sign: 'toEqual(expected)',
  },
  {
    patch: '12-mark-without-fence',
    breaks: 'lets a member whose epoch has ended mark rows as sent',
    project: 'int',
    file: `${publisher}/store/rows.int.test.ts`,
    test: 'whose epoch has ended marks nothing',
    sign: 'Expected: false',
  },
  {
    patch: '13-attempt-before-mark',
    breaks: 'counts an attempt before the rows that go before are marked',
    project: 'unit',
    file: `${publisher}/usecases/publish-pass.test.ts`,
    test: 'no attempt is counted for a row before the one that goes before it is marked',
    sign: 'expect(received)',
  },
  {
    patch: '14-overtakes-a-refused-row',
    breaks: 'sends rows of a key although one before them was refused',
    project: 'unit',
    file: `${publisher}/usecases/send-apart.test.ts`,
    test: 'what follows a refused row under the same key stays behind',
    sign: 'toEqual(expected)',
  },
  {
    patch: '15-sent-twice-after-a-wake-up',
    breaks: 'sends rows again that it has sent and not yet marked',
    project: 'unit',
    file: `${publisher}/usecases/publish-pass.test.ts`,
    test: 'few rows: while the last ones are marked',
    sign: 'expect(received)',
  },
  {
    patch: '16-unfair-share',
    breaks: 'leaves the remainder of the buckets to nobody',
    project: 'unit',
    file: `${publisher}/domain/fair-share.test.ts`,
    test: 'the shares of 3 members add up to all buckets',
    sign: 'expect(received)',
  },
  {
    patch: '17-checker-blind-to-disorder',
    breaks: 'the checker lets an event pass that comes after a later one',
    project: 'unit',
    file: 'e2e/checker/deliveries.test.ts',
    test: 'a late event is a violation',
    sign: 'expect(received)',
  },
  {
    patch: '18-checker-blind-to-gaps',
    breaks: 'the checker lets a missing event pass',
    project: 'unit',
    file: 'e2e/checker/deliveries.test.ts',
    test: 'a gap is a violation',
    sign: 'expect(received)',
  },
  {
    patch: '19-floor-forgets-what-rests',
    breaks: 'forgets rows that rested with their partition when some of them were sent',
    project: 'unit',
    file: `${publisher}/domain/seq-floor.test.ts`,
    test: 'whatever rests, wakes and fails',
    sign: 'Counterexample',
  },
  {
    patch: '20-refuses-before-its-turn',
    breaks: 'refuses a row although earlier ones of its key rest with their partition',
    project: 'unit',
    file: `${publisher}/domain/request-plan.test.ts`,
    test: 'a row too large is not refused while earlier ones',
    sign: 'message-too-large',
  },
  {
    patch: '31-read-only-connection-comes-back',
    breaks: 'a connection of a read-only spell goes back into the pool',
    project: 'int',
    file: 'platform/database/failover.int.test.ts',
    test: 'no connection of a read-only spell goes back into the pool',
    sign: 'Expected: 0',
  },
  {
    patch: '32-a-broken-batch-stops-its-neighbours',
    breaks: 'a batch that cannot be read ends the consumer of all partitions',
    project: 'unit',
    file: 'platform/kafka/consumer-batch.test.ts',
    test: 'a partition that cannot be read is held, and throws at nobody',
    sign: 'its checksum is wrong',
  },
  {
    patch: '33-joining-makes-waits-short',
    breaks: 'a consumer that joins its group forgets how often a partition was tried',
    project: 'unit',
    file: 'platform/kafka/consumer-batch.test.ts',
    test: 'only what moves the partition makes the waits short again',
    sign: 'expect(received)',
  },
  {
    patch: '34-silent-broker-is-all-away',
    breaks: 'takes one broker that does not answer for all of Kafka being away',
    project: 'unit',
    file: `${publisher}/usecases/publish-request.test.ts`,
    test: 'a broker that does not answer holds up its own partitions alone',
    sign: 'toBe(false)',
  },
];
