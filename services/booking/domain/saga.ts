/** The events of an order, in the words of the topic. */
export type EventType =
  | 'OrderCreated'
  | 'PaymentAuthorized'
  | 'PaymentFailed'
  | 'TicketIssued'
  | 'TicketRejected'
  | 'RefundRequested'
  | 'PaymentRefunded'
  | 'TicketCancelled';

export type ServiceName = 'booking' | 'payment' | 'ticket';
export type StepId = 'create-order' | 'authorize-payment' | 'issue-ticket';

/** One step of the saga: a service acts on an event, and its own event says how that ended. */
export interface Step {
  /** Stored nowhere and shown everywhere: it stays when the step's words change. */
  readonly id: StepId;
  readonly service: ServiceName;
  /** The event that causes the step; absent for the first one, which a call causes. */
  readonly causedBy?: EventType;
  readonly done: EventType;
  /** The event by which the service refuses the step. */
  readonly failed?: EventType;
  /** What takes the step back: any of these events causes it, and it ends with `done`. */
  readonly undo?: { readonly causedBy: readonly EventType[]; readonly done: EventType };
}

/**
 * The saga, in the order of its steps. Its states, what is still to come, what a stuck order waits for and the picture in
 * the README are made from this table.
 */
export const saga: readonly Step[] = [
  { id: 'create-order', service: 'booking', done: 'OrderCreated' },
  {
    id: 'authorize-payment',
    service: 'payment',
    causedBy: 'OrderCreated',
    done: 'PaymentAuthorized',
    failed: 'PaymentFailed',
    undo: { causedBy: ['TicketRejected', 'RefundRequested'], done: 'PaymentRefunded' },
  },
  {
    id: 'issue-ticket',
    service: 'ticket',
    causedBy: 'PaymentAuthorized',
    done: 'TicketIssued',
    failed: 'TicketRejected',
    undo: { causedBy: ['RefundRequested'], done: 'TicketCancelled' },
  },
];

/** The events by which other services say how their steps ended. */
export const eventsOfOthers: readonly EventType[] = saga
  .filter(({ service }) => service !== 'booking')
  .flatMap(({ done, failed, undo }) => [done, failed, undo?.done])
  .filter((type) => type !== undefined);

/** How a refund ends: the customer wanted it, or a step did not answer in time. */
export type Outcome = 'REFUNDED' | 'CANCELLED';

/** An event of an order, as this service knows it. */
export interface Fact {
  readonly type: EventType;
  readonly occurredAt: Date;
  /** Why, for an event that refuses or undoes something. */
  readonly reason?: string | undefined;
  /** Of RefundRequested. */
  readonly outcome?: Outcome | undefined;
}

export type OrderStatus =
  'CREATED' | 'PAYMENT_AUTHORIZED' | 'TICKET_ISSUED' | 'CANCELLED' | 'REFUND_PENDING' | 'REFUNDED';

/**
 * The status of an order of which these facts are known. Facts of different services may become known in any order:
 * the same facts have the same status.
 */
export const statusOf = (facts: readonly Fact[]): OrderStatus => {
  const has = (type: EventType) => facts.some((fact) => fact.type === type);
  if (isCancelled(facts)) return 'CANCELLED';
  if (has('RefundRequested')) return hasEnded(facts) ? 'REFUNDED' : 'REFUND_PENDING';
  if (has('TicketIssued')) return 'TICKET_ISSUED';
  return has('PaymentAuthorized') ? 'PAYMENT_AUTHORIZED' : 'CREATED';
};

const isCancelled = (facts: readonly Fact[]): boolean =>
  facts.some(
    ({ type, outcome }) =>
      type === 'PaymentFailed' ||
      type === 'TicketRejected' ||
      (type === 'RefundRequested' && outcome === 'CANCELLED'),
  );

const reasons: readonly EventType[] = ['PaymentFailed', 'TicketRejected', 'RefundRequested'];

/** Why the order was cancelled or is refunded: the first reason that became known. */
export const reasonOf = (facts: readonly Fact[]): string | undefined =>
  facts.find(({ type }) => reasons.includes(type))?.reason;

export type StepState = 'done' | 'running' | 'to-come' | 'compensating' | 'compensated' | 'failed';

/** A step of one order's saga. */
export interface StepProgress {
  readonly id: StepId;
  readonly service: ServiceName;
  readonly state: StepState;
  /** When it took its state; absent for what is still to come. */
  readonly since?: Date;
}

/** How far each step has come. Steps that can no longer come are left out. */
export const progressOf = (facts: readonly Fact[]): StepProgress[] => {
  const at = (types: readonly (EventType | undefined)[]) =>
    facts.find(({ type }) => types.includes(type))?.occurredAt;
  return saga.flatMap(({ id, service, ...step }) => {
    const state = (name: StepState, since?: Date): StepProgress => ({
      id,
      service,
      state: name,
      ...(since && { since }),
    });
    const undone = at([step.undo?.done]);
    if (undone) return state('compensated', undone);
    const undoing = at(step.undo?.causedBy ?? []);
    if (undoing) return state('compensating', undoing);
    const failed = at([step.failed]);
    if (failed) return state('failed', failed);
    const done = at([step.done]);
    if (done) return state('done', done);
    const caused = at([step.causedBy]);
    if (caused) return state('running', caused);
    return isCancelled(facts) ? [] : state('to-come');
  });
};

/** The steps, or their compensation, for which the order waits. */
export const missingOf = (facts: readonly Fact[]): StepProgress[] =>
  progressOf(facts).filter(({ state }) => state === 'running' || state === 'compensating');

/** Whether nothing is left to happen by itself. */
export const hasEnded = (facts: readonly Fact[]): boolean =>
  progressOf(facts).every(({ state }) => ['done', 'failed', 'compensated'].includes(state));

/** Whether the saga is being taken back, or has been. */
export const isUndone = (facts: readonly Fact[]): boolean =>
  progressOf(facts).some(({ state }) => ['failed', 'compensating', 'compensated'].includes(state));

/** The step that ends with this event, or whose compensation does; undefined for the wish to take an order back. */
export const stepEndedBy = (type: EventType): StepId | undefined =>
  saga.find(({ done, failed, undo }) => [done, failed, undo?.done].includes(type))?.id;

/** When an order that waits counts as stuck: its time begins with the order, and anew when it is taken back. */
export const deadlineOf = (facts: readonly Fact[], timeoutMs: number): Date | undefined => {
  const begun = facts.findLast(({ type }) => type === 'OrderCreated' || type === 'RefundRequested');
  return begun && new Date(begun.occurredAt.getTime() + timeoutMs);
};
