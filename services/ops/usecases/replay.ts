import { AppError } from '#platform/base/errors.ts';
import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';
import {
  entryOf,
  upToNow,
  withoutConflict,
  type DoneOperation,
  type OperationDeps,
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
}

export interface ReplayResult {
  rows: number;
  keys: number;
  passedOverRows: number;
  hasMore: boolean;
  lastSeq: bigint;
  asOf: Date;
}

export interface ReplayDeps extends OperationDeps {
  sources: Sources;
  /** Whether a FAILED event of the topic makes later ones of its key wait. */
  holdsLater: (topic: string) => boolean;
  loadNow: () => Promise<Date>;
  listFailed: (source: string, key: { key: string; topic: string }) => Promise<OutboxEvent[]>;
  selectSentRows: (source: string, selection: ReplaySelection, limit: number) => Promise<SentRow[]>;
  replayRows: (
    source: string,
    ids: readonly string[],
    entry: (replayed: string[]) => DoneOperation,
  ) => Promise<string[]>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
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
    const { actor, topic, key, sentFrom, afterSeq, dryRun } = input;
    refuseWholeOutbox(input);
    if (key !== '') await refuseBlocked(deps, source, { key, topic });
    const sentBefore = await upToNow(deps.loadNow, input.sentBefore);
    const limit = dryRun ? mostOfDryRun : input.maxRows;
    const selection = { topic, key, sentFrom, sentBefore, afterSeq };
    const found = await deps.selectSentRows(source, selection, limit + 1);
    const rows = found.slice(0, limit);
    const asked = { ...selection, afterSeq: afterSeq.toString() };
    const entry = entryOf(deps, { actor, operation: 'replay', source, arguments: asked, dryRun });
    const answer = (chosen: readonly SentRow[]): ReplayResult => ({
      rows: chosen.length,
      keys: new Set(chosen.map((row) => `${row.topic} ${row.key}`)).size,
      passedOverRows: rows.length - chosen.length,
      hasMore: found.length > limit,
      lastSeq: rows.at(-1)?.seq ?? afterSeq,
      asOf: sentBefore,
    });
    if (dryRun) {
      await deps.keepOperation(entry(rows.length));
      return answer(rows);
    }
    const ids = rows.map(({ id }) => id);
    const replayed = await withoutConflict(() =>
      deps.replayRows(source, ids, (done) => entry(done.length)),
    );
    if (replayed.length > 0) deps.wakePublisher(source);
    const isReplayed = new Set(replayed);
    return answer(rows.filter(({ id }) => isReplayed.has(id)));
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
