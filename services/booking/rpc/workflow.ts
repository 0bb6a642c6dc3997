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
    const outbox: OutboxEvent[] = own.outbox.map((event) => create(OutboxEventSchema, event));
    const inbox: InboxEvent[] = own.inbox.map((event) => create(InboxEventSchema, event));
    for (const part of [payment, ticket]) {
      outbox.push(...(part?.outbox ?? []));
      inbox.push(...(part?.inbox ?? []));
    }
    return {
      outbox: byTimeAndCause(outbox),
      inbox: inbox.toSorted((a, b) => msOf(a.processedAt) - msOf(b.processedAt)),
      ...(payment?.payment && { payment: payment.payment }),
      ...(ticket?.ticket && { ticket: ticket.ticket }),
      unavailable: [
        ...(payment === undefined ? ['payment'] : []),
        ...(ticket === undefined ? ['ticket'] : []),
      ],
    };
  };

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
