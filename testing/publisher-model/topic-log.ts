import { SendError } from '#platform/messaging/kafka/send-error.ts';
import type { Delivery } from '../checker/deliveries.ts';
import type { RequestPart } from '../../services/outbox-publisher/domain/request-plan.ts';
import type { SentRow, UnsentRow } from '../../services/outbox-publisher/domain/row.ts';

/** The row's header that decides what happens to its message. */
export const outcomeHeader = 'outcome';
const refusedAtFirst = 3;

export type Write = (parts: readonly RequestPart[]) => SentRow[];

/** The messages of a topic. As in Kafka, a partition accepts its part of a request completely or not at all. */
export const createTopicLog = () => {
  const deliveries: Delivery[] = [];
  const nextOffset = [0n, 0n];
  const refusals = new Map<string, number>();
  const isRefused = ({ id, headers }: UnsentRow): boolean => {
    const outcome = headers[outcomeHeader];
    if (outcome === 'refused') return true;
    if (outcome !== 'refused-at-first') return false;
    const count = (refusals.get(id) ?? 0) + 1;
    refusals.set(id, count);
    return count <= refusedAtFirst;
  };
  const append = (row: UnsentRow, partition: number): SentRow => {
    const offset = nextOffset[partition] ?? 0n;
    nextOffset[partition] = offset + 1n;
    const { id, key } = row;
    const sequence = Number(row.sequence);
    deliveries.push({ partition, offset, id, key, sequence, timestampMs: performance.now() });
    return { row, partition, offset };
  };
  const write: Write = (parts) => {
    const refused = new Set(parts.filter(({ rows }) => rows.filter(isRefused).length > 0));
    const sent = parts
      .filter((part) => !refused.has(part))
      .flatMap(({ partition, rows }) => rows.map((row) => append(row, partition)));
    if (refused.size > 0) throw new SendError('refused', 'message-too-large', 'not this one');
    return sent;
  };
  return { deliveries, write };
};
