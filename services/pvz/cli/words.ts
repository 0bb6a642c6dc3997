import { OrderStatusSchema, type OrderStatus } from '#gen/pvz/v1/pvz_pb.ts';

/** Says a status as people do: `returned by client`. */
export const statusWords = (status: OrderStatus): string => {
  const { values, sharedPrefix = '' } = OrderStatusSchema;
  const name = values.find(({ number }) => number === status)?.name ?? 'UNKNOWN';
  return name.replace(sharedPrefix.toUpperCase(), '').toLowerCase().replaceAll('_', ' ');
};

/** Formats a count: `1 line`, `2,000 lines`. */
export const countWords = (count: number | bigint, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${Number(count) === 1 ? '' : 's'}`;
