import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  OrderStatus as Status,
  type OrderSchema,
  type WatchWorkflowResponseSchema,
  type WorkflowStepSchema,
} from '#gen/booking/v1/booking_pb.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import {
  deadlineOf,
  missingOf,
  progressOf,
  stepEndedBy,
  type Fact,
  type OrderStatus,
  type StepProgress,
} from '../domain/saga.ts';
import type { FactChange } from '../store/fact-changes.ts';

export const toStatus = (status: OrderStatus): Status => Status[status];

const statuses = new Map<number, OrderStatus>(
  Object.entries(Status).map(([name, number]) => [number, name as OrderStatus] as const),
);

/** The status that a caller names, undefined for none. Validation has refused unknown ones. */
export const fromStatus = (number: Status | undefined): OrderStatus | undefined =>
  number === undefined ? undefined : statuses.get(number);

/** Converts an order to its proto message. */
export const toOrderMessage = (
  { order, facts }: OrderWithFacts,
  sagaTimeoutMs: number,
): MessageInitShape<typeof OrderSchema> => {
  const { orderId, userId, status, amountMinor, reason, stuckSince } = order;
  return {
    orderId,
    userId,
    amountMinor,
    ...order.flight,
    status: toStatus(status),
    createdAt: timestampFromDate(order.createdAt),
    updatedAt: timestampFromDate(order.updatedAt),
    ...(reason !== undefined && { reason }),
    ...(stuckSince && {
      stuck: {
        since: timestampFromDate(stuckSince),
        missing: toSteps(missingOf(facts), facts, sagaTimeoutMs),
      },
    }),
  };
};

/** Converts how far the steps of an order have come. */
export const stepsOf = (facts: readonly Fact[], sagaTimeoutMs: number) =>
  toSteps(progressOf(facts), facts, sagaTimeoutMs);

const toSteps = (
  steps: readonly StepProgress[],
  facts: readonly Fact[],
  sagaTimeoutMs: number,
): MessageInitShape<typeof WorkflowStepSchema>[] => {
  const deadline = deadlineOf(facts, sagaTimeoutMs);
  return steps.map(({ id, service, state, since }) => ({
    id,
    service,
    state,
    ...(since && { since: timestampFromDate(since) }),
    ...(deadline &&
      (state === 'running' || state === 'compensating') && {
        deadline: timestampFromDate(deadline),
      }),
  }));
};

/** Converts what was learned of an order, with the step that ended by it. */
export const toWatchMessage = (
  { facts, sequence, orderStatus }: FactChange,
  sagaTimeoutMs: number,
): MessageInitShape<typeof WatchWorkflowResponseSchema> => {
  const last = facts.at(-1);
  if (last === undefined) throw new Error('A change of an order has a fact.');
  const ended = stepEndedBy(last.type);
  const step = stepsOf(facts, sagaTimeoutMs).find(({ id }) => id === ended);
  return {
    sequence,
    eventId: last.eventId,
    eventType: last.type,
    status: toStatus(orderStatus),
    occurredAt: timestampFromDate(last.occurredAt),
    ...(step && { step }),
  };
};
