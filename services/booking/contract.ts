import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';
import { idempotencyHitNote, idempotencyKeyNote } from '#platform/serving/idempotency/key.ts';
import { followRefusals } from '#platform/serving/watch/follow.ts';

const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const flight = { from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' };

/** Who may call each RPC, why it refuses, and how it is called. */
export const bookingContract = defineContract(BookingService, {
  createOrder: {
    role: 'orders:write',
    headers: [idempotencyKeyNote],
    answerHeaders: [idempotencyHitNote],
    refusals: {
      invalid: ['date-wrong'],
      'not-found': ['user-not-found', 'quote-not-found'],
      precondition: ['quote-expired', 'quote-differs', 'flight-departed', 'idempotency-key-reused'],
      conflict: ['idempotency-key-in-use'],
    },
    examples: {
      'by-the-price-rules': { userId, ...flight },
      'for-an-amount': { userId, ...flight, amountMinor: 1_250_000n },
    },
    links: {
      getOrder: { order_id: '/order_id' },
      getWorkflow: { order_id: '/order_id' },
      watchWorkflow: { order_id: '/order_id' },
    },
  },
  getOrder: { role: 'orders:read', refusals: { 'not-found': ['order-not-found'] } },
  getWorkflow: { role: 'orders:read', refusals: { 'not-found': ['order-not-found'] } },
  refundOrder: {
    role: 'orders:write',
    refusals: {
      'not-found': ['order-not-found'],
      precondition: ['saga-under-way', 'order-cancelled'],
    },
  },
  listOrders: {
    role: 'orders:read',
    refusals: { invalid: ['invalid-page-token'] },
    examples: { newest: { pageSize: 5 }, stuck: { stuck: true } },
  },
  quotePrice: {
    role: 'orders:read',
    refusals: { invalid: ['date-wrong'], precondition: ['flight-departed'] },
    examples: { 'a-flight': flight },
  },
  watchWorkflow: {
    role: 'orders:read',
    refusals: { 'not-found': ['order-not-found'], ...followRefusals },
  },
  exportReport: {
    role: 'reports:read',
    refusals: { invalid: ['date-wrong', 'period-too-long'], exhausted: ['too-many-reports'] },
    examples: { 'a-month': { from: '2026-01-01', to: '2026-01-31' } },
  },
});
