import { AcceptOrderRequestSchema, type AcceptOrderRequest } from '#gen/pvz/v1/pvz_pb.ts';
import { AppError, reasonOf } from '#platform/base/errors.ts';
import { decodeJson } from '#platform/proto/json/decode.ts';
import { parseJson } from '#platform/proto/json/parse.ts';
import { reasonShown } from '#platform/serving/rest/status.ts';
import type { Line } from '#platform/serving/rest/lines.ts';
import type { LineUpload } from '#platform/serving/rest/upload.ts';
import type { Call } from '#platform/serving/call.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import { refusal } from '../domain/refusal.ts';
import { pvzRest } from './rest.ts';
import type { acceptOrders } from '../store/accept-orders.ts';
import { toBroughtOrder } from './order-message.ts';

const batchSize = 500;

interface Row {
  line: number;
  order: AcceptOrderRequest | AppError;
}

/**
 * Imports a file of orders, one JSON object a line, in transactions of 500. Yields
 * `{"error":{line,order_id,code,message}}` for each line that is refused, `{"progress":{lines,imported,failed}}` after
 * each transaction, and at the end `{"result":{…}}`; `{"failure":{…,code,message}}` when it cannot go on: what was
 * imported until then stays.
 */
export const importUpload = (accept: ReturnType<typeof acceptOrders>): LineUpload =>
  async function* (lines, context) {
    const counts = { lines: 0, imported: 0, failed: 0 };
    const importRows = importBatch(accept, toCall(context), counts);
    try {
      for await (const rows of batchesOf(lines)) {
        yield* importRows(rows);
        yield { progress: { ...counts } };
      }
      yield { result: counts };
    } catch (error) {
      yield { failure: { ...counts, ...wordsOf(error) } };
      throw error;
    }
  };

/** Gathers the lines that are not blank into batches. */
const batchesOf = async function* (lines: AsyncIterable<Line[]>): AsyncGenerator<Row[]> {
  let count = 0;
  let rows: Row[] = [];
  for await (const some of lines)
    for (const line of some) {
      count += 1;
      if (line === undefined || !isBlank(line)) rows.push({ line: count, order: readOrder(line) });
      if (rows.length < batchSize) continue;
      yield rows;
      rows = [];
    }
  if (rows.length > 0) yield rows;
};

const space = 0x20;

const isBlank = (line: Buffer): boolean => line.every((byte) => byte <= space);

interface Counts {
  /** The number of the last line that was handled. */
  lines: number;
  imported: number;
  failed: number;
}

/** Imports a batch and counts it; yields the errors in the order of the lines. */
const importBatch = (accept: ReturnType<typeof acceptOrders>, call: Call, counts: Counts) =>
  async function* (rows: readonly Row[]) {
    const orders = rows.flatMap(({ order }) => (order instanceof AppError ? [] : [order]));
    const outcomes = await accept(orders.map((order) => ({ order: toBroughtOrder(order), call })));
    const refusals = new Map(orders.map((order, index) => [order, outcomes[index]]));
    for (const { line, order } of rows) {
      const error = order instanceof AppError ? order : refusals.get(order);
      counts.lines = line;
      counts[error === undefined ? 'imported' : 'failed'] += 1;
      if (error !== undefined)
        yield { error: { line, ...idOf(order), code: error.reason, message: error.message } };
    }
  };

const readOrder = (line: Line): AcceptOrderRequest | AppError => {
  if (line === undefined) return refusal.invalid('the line is longer than 4 KiB');
  try {
    return decodeJson(AcceptOrderRequestSchema, parseJson(line), { unknownFields: 'refuse' });
  } catch (error) {
    if (error instanceof AppError) return refusal.invalid(error.message);
    throw error;
  }
};

/** Nothing when it could not be read, or is no number that JSON can say exactly. */
const idOf = (order: AcceptOrderRequest | AppError): object => {
  const id = order instanceof AppError ? NaN : Number(order.orderId);
  return Number.isSafeInteger(id) ? { order_id: id } : {};
};

const wordsOf = (error: unknown): { code: string; message: string } => {
  const reason = reasonOf(error);
  return {
    code: reasonShown(reason ?? 'internal', pvzRest),
    message: reason !== undefined && Error.isError(error) ? error.message : 'internal error',
  };
};
