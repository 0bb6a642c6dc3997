import { AppError } from '#platform/base/errors.ts';
import type { ReplayedEvents } from '../domain/changed.ts';
import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';
import {
  doOnce,
  entryOf,
  upToNow,
  withoutConflict,
  type ActDeps,
  type DoneOperation,
  type KeptChange,
  type RequestOfAct,
} from './operation.ts';

export interface SentRow {
  id: string;
  topic: string;
  key: string;
  seq: bigint;
}

/** An empty text matches everything. */
export interface ReplaySelection {
  topic: string;
  key: string;
  sentFrom: Date | undefined;
  sentBefore: Date;
  afterSeq: bigint;
}

export interface ReplayInput extends Omit<ReplaySelection, 'sentBefore'> {
  actor: string;
  source: string;
  /** Undefined means now. */
  sentBefore: Date | undefined;
  maxRows: number;
  dryRun: boolean;
  request?: RequestOfAct | undefined;
}

export interface ReplayResult {
  operationId: string;
  rows: number;
  keys: number;
  passedOverRows: number;
  hasMore: boolean;
  lastSeq: bigint;
  asOf: Date;
}

export interface ReplayDeps extends ActDeps {
  sources: Sources;
  /** Whether a FAILED event of the topic makes later ones of its key wait. */
  holdsLater: (topic: string) => boolean;
  loadNow: () => Promise<Date>;
  listFailed: (source: string, key: { key: string; topic: string }) => Promise<OutboxEvent[]>;
  selectSentRows: (source: string, selection: ReplaySelection, limit: number) => Promise<SentRow[]>;
  replayRows: (
    source: string,
    batch: { ids: readonly string[]; request?: RequestOfAct | undefined },
    entry: (replayed: string[]) => DoneOperation,
  ) => Promise<KeptChange>;
  wakePublisher: (source: string) => void;
}

const mostOfDryRun = 100_000;

/**
 * Requeues one batch of sent events, in the order of `seq`. A blocked key is refused when it is named and
 * passed over otherwise, because its events would wait behind the FAILED one.
 */
export const replay =
  (deps: ReplayDeps) =>
  async (input: ReplayInput): Promise<ReplayResult> => {
    const source = deps.sources.one(input.source);
    refuseWholeOutbox(input);
    if (input.dryRun) return look(deps, source, input);
    return answerOf(await doOnce(deps, input.request, () => requeue(deps, source, input)));
  };

const look = async (
  deps: ReplayDeps,
  source: string,
  input: ReplayInput,
): Promise<ReplayResult> => {
  const { rows, entry, resultOf } = await select(deps, source, input);
  const operation = entry(rows.length);
  await deps.keepOperation(operation);
  return answerOf({ id: operation.id, changed: resultOf(rows) });
};

const requeue = async (
  deps: ReplayDeps,
  source: string,
  input: ReplayInput,
): Promise<KeptChange> => {
  const { rows, entry, resultOf } = await select(deps, source, input);
  const ids = rows.map(({ id }) => id);
  const replayed = await withoutConflict(() =>
    deps.replayRows(source, { ids, request: input.request }, (done) => {
      const isReplayed = new Set(done);
      return entry(done.length, resultOf(rows.filter(({ id }) => isReplayed.has(id))));
    }),
  );
  if (answerOf(replayed).rows > 0) deps.wakePublisher(source);
  return replayed;
};

const select = async (deps: ReplayDeps, source: string, input: ReplayInput) => {
  const { actor, topic, key, sentFrom, afterSeq, dryRun } = input;
  if (key !== '') await refuseBlocked(deps, source, { key, topic });
  const sentBefore = await upToNow(deps.loadNow, input.sentBefore);
  const limit = dryRun ? mostOfDryRun : input.maxRows;
  const selection = { topic, key, sentFrom, sentBefore, afterSeq };
  const found = await deps.selectSentRows(source, selection, limit + 1);
  const rows = found.slice(0, limit);
  const resultOf = (chosen: readonly SentRow[]): ReplayedEvents => ({
    ids: chosen.map(({ id }) => id),
    keys: new Set(chosen.map((row) => `${row.topic} ${row.key}`)).size,
    passedOver: rows.length - chosen.length,
    hasMore: found.length > limit,
    lastSeq: (rows.at(-1)?.seq ?? afterSeq).toString(),
    asOf: sentBefore.toISOString(),
  });
  const asked = { ...selection, afterSeq: afterSeq.toString() };
  const request = dryRun ? undefined : input.request;
  const about = { actor, operation: 'replay', source, arguments: asked, dryRun } as const;
  return { rows, resultOf, entry: entryOf(deps, { ...about, request }) };
};

const answerOf = ({ id, changed }: KeptChange): ReplayResult => {
  const { ids, keys, passedOver, hasMore, lastSeq, asOf } = changed as ReplayedEvents;
  return {
    operationId: id,
    rows: ids.length,
    keys,
    passedOverRows: passedOver,
    hasMore,
    lastSeq: BigInt(lastSeq),
    asOf: new Date(asOf),
  };
};

const refuseWholeOutbox = ({ topic, key, sentFrom, sentBefore }: ReplayInput): void => {
  if (topic !== '' || key !== '' || sentFrom || sentBefore) return;
  throw new AppError(
    'invalid',
    'selection-missing',
    'Say what to replay: a key, a topic or a time range.',
  );
};

const refuseBlocked = async (
  { listFailed, holdsLater }: ReplayDeps,
  source: string,
  ofKey: { key: string; topic: string },
): Promise<void> => {
  const blocker = (await listFailed(source, ofKey)).find(({ topic }) => holdsLater(topic));
  if (!blocker) return;
  const { key, sequence, topic, error } = blocker;
  throw new AppError(
    'precondition',
    'key-blocked',
    `${key} is blocked: sequence ${sequence.toString()} in ${topic} is FAILED (${error}). Redrive or discard it first.`,
    { metadata: { topic, sequence: sequence.toString() } },
  );
};
