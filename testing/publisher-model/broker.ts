import { SendError } from '#platform/messaging/kafka/send-error.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Delivery } from '../checker/deliveries.ts';
import type { RequestPart } from '../../services/outbox-publisher/domain/request-plan.ts';
import type { SentRow } from '../../services/outbox-publisher/domain/row.ts';
import type { OneLifeProducer } from '../../services/outbox-publisher/usecases/sender.ts';
import { answerOfClient } from './client.ts';
import { createLeaseGuard, type Sending } from './lease-guard.ts';
import type { RequestOutcome } from './scenario.ts';
import { createTopicLog, type Write } from './topic-log.ts';

export interface ModelBroker {
  openProducer(sending: Sending): () => Promise<OneLifeProducer>;
  deliveries(): readonly Delivery[];
  /**
   * Requests that began with too little of the lease left, or while another publisher had a request for the same
   * bucket in flight.
   */
  readonly violations: string[];
  /** From now on requests succeed. */
  calm(): void;
  /** Resolves when every request sent so far has been written or has failed. */
  settled(): Promise<void>;
}

/**
 * A broker that keeps messages in memory and is as unreliable as the scenario says. It never acknowledges a message
 * that it has not written, although its client may.
 */
export const createBroker = (
  outcomes: readonly RequestOutcome[],
  answerMs: number,
): ModelBroker => {
  const log = createTopicLog();
  const guard = createLeaseGuard();
  const underWay = new Set<Promise<unknown>>();
  let byNth = new Map(outcomes.map((outcome) => [outcome.nth, outcome]));
  let requests = 0;
  let awayUntilMs = 0;
  const partitionsAway = createPartitionsAway();
  const write = partitionsAway.toThoseThere(log.write);
  const handle = async (parts: readonly RequestPart[]): Promise<SentRow[]> => {
    const outcome = byNth.get(requests++) ?? { kind: 'usual', ms: answerMs };
    if (outcome.kind === 'away') awayUntilMs = performance.now() + outcome.ms;
    if (outcome.kind === 'partition-away')
      partitionsAway.begin(parts[outcome.ms % parts.length], outcome.ms);
    if (performance.now() < awayUntilMs) throw new SendError('away', 'connection', 'no broker');
    await sleep(outcome.kind === 'late-write' ? outcome.ms : answerMs);
    const answer = answers[outcome.kind];
    return answer(() => write(parts), { parts, ms: outcome.ms, write });
  };
  const send = async ({ process }: Sending, parts: readonly RequestPart[], deadlineMs: number) => {
    // The socket accepts the request while the process runs; the broker then handles it independently of the process.
    const handling = process.gate().then(() => handle(parts));
    const ended = handling.catch(() => undefined);
    underWay.add(ended);
    void ended.then(() => underWay.delete(ended));
    const late = sleep(deadlineMs).then(() => {
      throw new SendError('away', 'deadline', 'no answer in time');
    });
    late.catch(() => undefined);
    return Promise.race([handling, late]);
  };
  return {
    openProducer: (sending) => async () => {
      await sending.process.gate();
      return {
        send: async (parts, deadlineMs) => {
          const end = guard.begin(sending, parts, deadlineMs);
          try {
            return await send(sending, parts, deadlineMs);
          } finally {
            end();
            await sending.process.gate();
          }
        },
        close: () => sending.process.gate(),
      };
    },
    deliveries: () => log.deliveries,
    violations: guard.violations,
    calm: () => {
      byNth = new Map();
      awayUntilMs = 0;
      partitionsAway.end();
    },
    // a request of a dead process never arrives
    settled: async () => {
      await Promise.race([Promise.all(underWay), sleep(1_000)]);
    },
  };
};

const notWritten = () =>
  new SendError('away', 'not-leader-or-follower', 'a partition cannot be written');

const createPartitionsAway = () => {
  const untilMs = new Map<string, number>();
  const nameOf = ({ topic, partition }: RequestPart) => `${topic}/${partition}`;
  return {
    begin: (part: RequestPart | undefined, ms: number) => {
      if (part) untilMs.set(nameOf(part), performance.now() + ms);
    },
    /** Writes the messages for available partitions, and fails when there are others. */
    toThoseThere:
      (write: Write): Write =>
      (parts) => {
        const isThere = (part: RequestPart) =>
          (untilMs.get(nameOf(part)) ?? 0) <= performance.now();
        const written = write(parts.filter(isThere));
        if (!parts.every(isThere)) throw notWritten();
        return written;
      },
    end: () => {
      untilMs.clear();
    },
  };
};

interface Received {
  parts: readonly RequestPart[];
  ms: number;
  write: Write;
}

type Answer = (writeAll: () => SentRow[], received: Received) => SentRow[] | Promise<SentRow[]>;

const answerAtOnce: Answer = (writeAll) => writeAll();

const answers: Record<RequestOutcome['kind'] | 'usual', Answer> = {
  usual: answerAtOnce,
  away: answerAtOnce,
  'partition-away': answerAtOnce,
  'late-write': answerAtOnce,
  'late-answer': async (writeAll, { ms }) => {
    const sent = writeAll();
    await sleep(ms);
    return sent;
  },
  'answer-lost': (writeAll) => {
    writeAll();
    throw new SendError('away', 'connection', 'answer lost');
  },
  odd: (writeAll) => {
    writeAll();
    throw new Error('an answer that nobody understands');
  },
  // The client reports success although it has left out a partition.
  'false-success': (_, { parts, ms, write }) => {
    const forgotten = parts[ms % parts.length];
    const sent = write(parts.filter((part) => part !== forgotten));
    return answerOfClient(parts, sent);
  },
  partition: (_, { parts, ms, write }) => {
    const failed = parts[ms % parts.length];
    write(parts.filter((part) => part !== failed));
    throw notWritten();
  },
};
