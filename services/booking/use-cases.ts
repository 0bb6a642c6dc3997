import { sleep } from '#platform/base/sleep.ts';
import type { FindWorkflow } from '#platform/messaging/workflow.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { Call } from '#platform/serving/call.ts';
import { follow } from '#platform/serving/watch/follow.ts';
import type { Watches } from '#platform/serving/watch/open-watches.ts';
import type { Clients } from './clients/open-clients.ts';
import type { PriceRules } from './domain/price.ts';
import { amountOfQuote } from './domain/quote.ts';
import { orderNotFound, type OrderWithFacts } from './domain/order.ts';
import type { OrderStatus } from './domain/saga.ts';
import { collectWorkflow } from './rpc/workflow.ts';
import { findAnswer } from './store/answers.ts';
import type { CachedOrders } from './store/cached-orders.ts';
import { sagaStatus, type FactChange } from './store/fact-changes.ts';
import { findOrder, listOrders } from './store/orders.ts';
import { findQuote, saveQuote } from './store/quotes.ts';
import { beginReport, findDayProgress, gatherPage } from './store/report-days.ts';
import { csvHeader, readReportLines } from './store/report-lines.ts';
import { saveCreated, type SaveDeps } from './store/save-created.ts';
import { lockToTakeBack, saveTakenBack } from './store/take-back.ts';
import { createOrder } from './usecases/create-order.ts';
import { exportReport, type ExportReportDeps } from './usecases/export-report.ts';
import { priceFlight } from './usecases/price-flight.ts';
import { quotePrice } from './usecases/quote-price.ts';
import { refundOrder } from './usecases/refund-order.ts';

export interface UseCasesParts extends Clients {
  save: SaveDeps;
  orders: CachedOrders;
  watches: Watches<string, FactChange>;
  findEvents: FindWorkflow;
  priceRules: PriceRules;
  quoteValidityMs: number;
}

/** The use cases behind the RPCs. */
export type BookingUseCases = ReturnType<typeof createUseCases>;

/** Creates the use cases with their dependencies. */
export const createUseCases = (parts: UseCasesParts) => {
  const { save, orders, watches, ticket, payment, findEvents, priceRules: rules } = parts;
  const { pool } = save;
  const { now, newId } = pool.clock;
  const load = requireOrder(findOrder(pool));
  const price = priceFlight({ rules, now, findLoad: ticket.findLoad });
  const collect = collectWorkflow({ findEvents, ...payment, ...ticket });
  return {
    createOrder: createOrder({
      now,
      newId,
      findAnswer: ({ idempotencyKey }) => findAnswer(pool, idempotencyKey),
      priceFlight: async (flight, call) => (await price(flight, call)).amountMinor,
      amountOfQuote: async (quoteId, flight) =>
        amountOfQuote(await findQuote(pool, quoteId), flight, now()),
      saveCreated: saveCreated(save),
    }),
    loadOrder: requireOrder(orders.findOrder),
    loadWorkflow: async (orderId: string, call: Call) => {
      const [found, collected] = await Promise.all([load(orderId), collect(orderId, call)]);
      return { ...collected, found };
    },
    listOrders: listOrders(pool),
    refundOrder: async (orderId: string, reason: string, call: Call): Promise<OrderStatus> => {
      const changed = await withTransaction(pool, (tx) =>
        refundOrder({
          now,
          newId,
          lockOrder: lockToTakeBack(tx),
          saveTakenBack: saveTakenBack(tx, save),
        })(orderId, reason, call),
      );
      if (changed !== undefined) {
        save.afterCommit([]);
        // awaited, so that whoever reads the order after the answer sees the refund
        await orders.noteChanged([changed]);
      }
      return 'REFUND_PENDING';
    },
    quotePrice: quotePrice({
      now,
      newId,
      priceFlight: price,
      saveQuote: saveQuote(pool),
      validityMs: parts.quoteValidityMs,
    }),
    exportReport: exportReport(reportsOn(pool)),
    watchWorkflow: follow({
      ...watches,
      isFinal: (status: FactChange['status']) => status === 'ended',
      load: async (orderId: string) => {
        const { order, facts } = await load(orderId);
        return { sequence: order.sequence, status: sagaStatus(facts) };
      },
    }),
  };
};

const requireOrder =
  (find: CachedOrders['findOrder']) =>
  async (orderId: string): Promise<OrderWithFacts> => {
    const found = await find(orderId);
    if (found === undefined) throw orderNotFound(orderId);
    return found;
  };

// how soon a report looks again whether others have gathered its day
const reportPauseMs = 100;

const reportsOn = (pool: Pool): ExportReportDeps => ({
  beginReport: beginReport(pool),
  findDayProgress: findDayProgress(pool),
  gatherPage: gatherPage(pool),
  readLines: readReportLines(pool),
  csvHeader,
  pause: (signal) => sleep(reportPauseMs, signal),
});
