import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ProcessAction, PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

const expiresAt = timestampFromDate(new Date('2099-01-01T00:00:00Z'));
const first = { orderId: 1n, userId: 7n, expiresAt, package: 'bag', weight: 2.5, price: 100 };

/** Who may call each RPC, why it refuses, and how it is called. */
export const pvzContract = defineContract(
  PvzService,
  {
    acceptOrder: {
      role: 'orders:write',
      refusals: {
        invalid: ['VALIDATION_FAILED', 'INVALID_PACKAGE', 'WEIGHT_TOO_HEAVY'],
        exists: ['ORDER_ALREADY_EXISTS'],
      },
      examples: { bag: first },
      links: { getOrderHistory: { order_id: '/order_id' } },
    },
    returnOrder: {
      role: 'orders:write',
      refusals: {
        'not-found': ['ORDER_NOT_FOUND'],
        invalid: ['VALIDATION_FAILED'],
        precondition: ['STORAGE_EXPIRED'],
      },
    },
    processOrders: {
      role: 'orders:write',
      examples: {
        issue: { userId: 7n, action: ProcessAction.ISSUE, orderIds: [1n] },
        'take-back': { userId: 7n, action: ProcessAction.RETURN, orderIds: [1n] },
      },
    },
    listOrders: { role: 'orders:read', examples: { 'of-a-user': { userId: 7n } } },
    listReturns: { role: 'orders:read', examples: { 'first-page': {} } },
    getHistory: { role: 'orders:read', examples: { 'first-page': { pageSize: 5 } } },
    getOrderHistory: {
      role: 'orders:read',
      refusals: { 'not-found': ['ORDER_NOT_FOUND'] },
      examples: { first: { orderId: 1n } },
    },
    importOrders: {
      role: 'orders:write',
      // only over REST, of files
      refusals: { exhausted: ['too-many-uploads'] },
      examples: {
        two: {
          orders: [
            { ...first, orderId: 101n },
            { ...first, orderId: 102n },
          ],
        },
      },
    },
  },
  { exhausted: ['RATE_LIMITED'] },
);
