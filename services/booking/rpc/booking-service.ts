import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  BookingService,
  type ListOrdersRequest,
  type ListOrdersResponseSchema,
} from '#gen/booking/v1/booking_pb.ts';
import { pageTokenAfter, readPageToken } from '#platform/base/page-token.ts';
import { idempotencyHitNote, readIdempotencyKey } from '#platform/serving/idempotency/key.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import type { Flight } from '../domain/flight.ts';
import type { BookingUseCases } from '../use-cases.ts';
import { exportReportRpc } from './report-message.ts';
import { fromStatus, stepsOf, toOrderMessage, toStatus, toWatchMessage } from './order-message.ts';

const defaultPageSize = 50;
const defaultReason = 'customer-request';

type Service = Implementation<typeof BookingService>;

/** Implements booking.v1.BookingService: proto in, use case, proto out. Ids are accepted in any case. */
export const createBookingService = (
  useCases: BookingUseCases,
  sagaTimeoutMs: number,
): Service => ({
  createOrder: createOrder(useCases),
  getOrder: async ({ orderId }) => ({
    order: toOrderMessage(await useCases.loadOrder(orderId.toLowerCase()), sagaTimeoutMs),
  }),
  getWorkflow: async ({ orderId }, context) => {
    const call = toCall(context);
    const { found, ...parts } = await useCases.loadWorkflow(orderId.toLowerCase(), call);
    return {
      ...parts,
      order: toOrderMessage(found, sagaTimeoutMs),
      steps: stepsOf(found.facts, sagaTimeoutMs),
    };
  },
  refundOrder: async ({ orderId, reason }, context) => {
    const why = reason === undefined || reason === '' ? defaultReason : reason;
    const status = await useCases.refundOrder(orderId.toLowerCase(), why, toCall(context));
    return { status: toStatus(status) };
  },
  listOrders: (request) => listOrders(useCases, sagaTimeoutMs, request),
  quotePrice: async (request, context) => {
    const quote = await useCases.quotePrice(flightOf(request), toCall(context));
    return {
      quoteId: quote.quoteId,
      amountMinor: quote.amountMinor,
      lines: [...quote.lines],
      validUntil: timestampFromDate(quote.validUntil),
    };
  },
  exportReport: exportReportRpc(useCases.exportReport),
  watchWorkflow: async function* ({ orderId, afterSequence: after }, { signal }) {
    const changes = useCases.watchWorkflow({ key: orderId.toLowerCase(), after }, signal);
    for await (const change of changes) yield toWatchMessage(change, sagaTimeoutMs);
  },
});

const createOrder =
  (useCases: BookingUseCases): Service['createOrder'] =>
  async (request, context) => {
    const idempotencyKey = readIdempotencyKey(BookingService.method.createOrder, request, context);
    const { userId, amountMinor, quoteId } = request;
    const { orderId, isRepeated } = await useCases.createOrder(
      {
        userId: userId.toLowerCase(),
        flight: flightOf(request),
        amountMinor,
        quoteId: quoteId?.toLowerCase(),
      },
      { ...toCall(context), idempotencyKey },
    );
    if (isRepeated) context.setAnswerHeader(idempotencyHitNote.name, 'true');
    return { status: toStatus('CREATED'), orderId };
  };

const listOrders = async (
  useCases: BookingUseCases,
  sagaTimeoutMs: number,
  { userId, status, stuck, pageSize, pageToken }: ListOrdersRequest,
): Promise<MessageInitShape<typeof ListOrdersResponseSchema>> => {
  const size = pageSize === 0 ? defaultPageSize : pageSize;
  const found = await useCases.listOrders({
    userId: userId?.toLowerCase(),
    status: fromStatus(status),
    isStuck: stuck,
    before: readPageToken(pageToken),
    // one more tells whether another page follows
    limit: size + 1,
  });
  const page = found.slice(0, size);
  const last = found.length > size ? page.at(-1) : undefined;
  return {
    orders: page.map((each) => toOrderMessage(each, sagaTimeoutMs)),
    nextPageToken: last === undefined ? '' : pageTokenAfter(last.order.orderId),
  };
};

const flightOf = ({ from, to, date, time, airline }: Flight): Flight => ({
  from,
  to,
  date,
  time,
  airline,
});
