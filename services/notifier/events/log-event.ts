import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import type { Logger } from '#platform/base/logger.ts';
import { recordedTraceId } from '#platform/base/tracing/span.ts';
import type { NotifierMetrics } from '../metrics.ts';
import type { History } from '../domain/sequence-check.ts';
import type { EventHistory } from '../usecases/history.ts';
import { readOrderEvent } from './order-event.ts';

export interface LogEventDeps {
  /** The consumer group of this notifier. */
  consumer: string;
  /** Whether events may be left out of the topic, so that a jump is no violation. */
  allowsGaps: boolean;
  logger: Logger;
  metrics: NotifierMetrics;
  history: EventHistory;
  now: () => Date;
}

/** Writes one log line per message; a message that cannot be read is logged as an error and skipped. */
export const logEvent =
  ({ consumer, allowsGaps, logger, metrics, history, now }: LogEventDeps) =>
  (message: ReceivedMessage): void => {
    const { topic, partition, key } = message;
    const place = { topic, partition, offset: Number(message.offset), key };
    const reading = readOrderEvent(message);
    if ('poison' in reading) {
      metrics.poison.inc({ topic });
      logger.error({ ...place, reason: reading.poison }, 'poison message, passed over');
      return;
    }
    const { sequence, type, status, timeMs, json } = reading.event;
    const judged = history.judge(message, reading.event);
    const line = { ...place, sequence, type, status, history: judged, event: json };
    const gap = gapReason(judged, allowsGaps);
    const isViolation = gap === 'unknown' || judged === 'late';
    if (isViolation) logger.error(line, 'ORDER VIOLATION');
    else logger.info(line, 'event');
    metrics.events.inc({ topic, partition });
    if (isViolation) metrics.violations.inc({ consumer, topic, reason: judged });
    if (gap !== undefined) metrics.gaps.inc({ consumer, topic, reason: gap });
    if (judged === 'duplicate') metrics.duplicates.inc({ topic });
    if (timeMs !== undefined) {
      const traceId = recordedTraceId(message.headers['traceparent']);
      metrics.observeLatency({}, (now().getTime() - timeMs) / 1_000, traceId);
    }
  };

/** Why events before one of its key are missing; undefined when none are. */
const gapReason = (judged: History, allowsGaps: boolean): string | undefined => {
  if (judged === 'discarded-gap') return 'discarded';
  if (judged !== 'jump') return undefined;
  return allowsGaps ? 'policy' : 'unknown';
};
