import { create } from '@bufbuild/protobuf';
import { timestampMs, type Timestamp } from '@bufbuild/protobuf/wkt';
import {
  InboxEventSchema,
  OutboxEventSchema,
  type InboxEvent,
  type OutboxEvent,
} from '#gen/workflow/v1/workflow_pb.ts';
import { AppError } from '#platform/base/errors.ts';
import type { FindWorkflow } from '#platform/messaging/workflow.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Payment } from '../clients/payment.ts';
import type { Ticket } from '../clients/ticket.ts';

export interface WorkflowDeps {
  /** The events of this service. */
  findEvents: FindWorkflow;
  findPayment: Payment['findPayment'];
  findTicket: Ticket['findTicket'];
}

/**
 * Collects what the three services have of an order. A service that does not answer in time is named in `unavailable`,
 * and what it has is left out.
 */
export const collectWorkflow =
  ({ findEvents, findPayment, findTicket }: WorkflowDeps) =>
  async (orderId: string, call: Call) => {
    const [own, payment, ticket] = await Promise.all([
      findEvents(orderId),
      orUnavailable(findPayment(orderId, call)),
      orUnavailable(findTicket(orderId, call)),
    ]);
    const outbox = own.outbox.map((event): OutboxEvent => create(OutboxEventSchema, event));
    const inbox = own.inbox.map((event): InboxEvent => create(InboxEventSchema, event));
    const others = [payment, ticket].filter((part) => part !== undefined);
    return {
      outbox: byTimeAndCause([...outbox, ...others.flatMap((part) => part.outbox)]),
      inbox: [...inbox, ...others.flatMap((part) => part.inbox)].toSorted(
        (a, b) => msOf(a.processedAt) - msOf(b.processedAt),
      ),
      ...present('payment', payment?.payment),
      ...present('ticket', ticket?.ticket),
      unavailable: Object.entries({ payment, ticket })
        .filter(([, part]) => part === undefined)
        .map(([name]) => name),
    };
  };

const present = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> =>
  value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);

/** By time, but none before its cause: the clocks of the services agree only to a few milliseconds. */
const byTimeAndCause = (events: readonly OutboxEvent[]): OutboxEvent[] => {
  const byId = new Map(events.map((event) => [event.id, event]));
  const timeOf = ({ createdAt, causationId }: OutboxEvent): number => {
    const cause = causationId === undefined ? undefined : byId.get(causationId);
    return cause === undefined ? msOf(createdAt) : Math.max(msOf(createdAt), timeOf(cause) + 0.001);
  };
  return events.toSorted((a, b) => timeOf(a) - timeOf(b));
};

const msOf = (moment: Timestamp | undefined): number => (moment ? timestampMs(moment) : 0);

const orUnavailable = <Answer>(answer: Promise<Answer>): Promise<Answer | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof AppError && error.kind === 'unavailable') return undefined;
    throw error;
  });
