import { ProcessAction, type PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import { toPage } from '../domain/page.ts';
import { refusal } from '../domain/refusal.ts';
import { acceptOrder, acceptOrders, type ChangeDeps } from '../store/accept-orders.ts';
import { findChanges, findChangesOf } from '../store/changes.ts';
import { issueOrders, returnOrder, takeBackOrders } from '../store/move-orders.ts';
import { findOrdersOf, findReturned } from '../store/orders.ts';
import {
  toBroughtOrder,
  toHistoryEntry,
  toOrderError,
  toOrderMessage,
  toStatus,
} from './order-message.ts';

/** Implements pvz.v1.PvzService: proto in, one transaction or query, proto out. */
export const createPvzService = (deps: ChangeDeps): Implementation<typeof PvzService> => ({
  ...changesOf(deps),
  ...readsOf(deps.pool),
});

type Changes = 'acceptOrder' | 'returnOrder' | 'processOrders' | 'importOrders';

const changesOf = (deps: ChangeDeps): Pick<Implementation<typeof PvzService>, Changes> => ({
  acceptOrder: acceptOf(deps),
  returnOrder: async ({ orderId }, context) => {
    await returnOrder(deps)(orderId, toCall(context));
    return { status: toStatus.returned_to_courier, orderId };
  },
  processOrders: async ({ action, userId, orderIds: asked }, context) => {
    const process = action === ProcessAction.ISSUE ? issueOrders : takeBackOrders;
    const orderIds = [...new Set(asked)];
    const refused = await process(deps)({ userId, orderIds }, toCall(context));
    const refusedIds = new Set(refused.map(({ orderId }) => orderId));
    return {
      processed: orderIds.filter((orderId) => !refusedIds.has(orderId)),
      errors: refused.map(toOrderError),
    };
  },
  importOrders: async ({ orders }, context) => {
    const call = toCall(context);
    const brought = orders.map((order) => ({ order: toBroughtOrder(order), call }));
    const outcomes = await acceptOrders(deps)(brought);
    const errors = orders.flatMap(({ orderId }, index) => {
      const error = outcomes[index];
      return error === undefined ? [] : [toOrderError({ orderId, error })];
    });
    return { imported: orders.length - errors.length, errors };
  },
});

const acceptOf = (deps: ChangeDeps): Implementation<typeof PvzService>['acceptOrder'] => {
  const accept = acceptOrder(deps);
  return async (request, context) => {
    await accept({ order: toBroughtOrder(request), call: toCall(context) });
    return { status: toStatus.accepted, orderId: request.orderId };
  };
};

const readsOf = (pool: Pool): Omit<Implementation<typeof PvzService>, Changes> => ({
  listOrders: async ({ userId, inPvz, lastN, ...asked }) => {
    const wanted = { userId, inPoint: inPvz, newest: lastN, ...toPage(asked) };
    const { orders, total } = await findOrdersOf(pool)(wanted);
    return { orders: orders.map(toOrderMessage), total };
  },
  listReturns: async (asked) => {
    const { items, hasMore } = await findReturned(pool)(toPage(asked));
    return { orders: items.map(toOrderMessage), hasMore };
  },
  getHistory: async (asked) => {
    const { items, hasMore } = await findChanges(pool)(toPage(asked));
    return { changes: items.map(toHistoryEntry), hasMore };
  },
  getOrderHistory: async ({ orderId }) => {
    const changes = await findChangesOf(pool)(orderId);
    if (changes.length === 0) throw refusal.notFound(orderId);
    return { changes: changes.map(toHistoryEntry) };
  },
});
