import { AppError } from '#platform/base/errors.ts';
import type { Sources } from '../domain/sources.ts';
import {
  entryOf,
  upToNow,
  withoutConflict,
  type DoneOperation,
  type OperationDeps,
} from './operation.ts';

export interface KeyOfTopic {
  topic: string;
  key: string;
}

export interface ReleasedKey extends KeyOfTopic {
  /** FAILED rows that are to be sent again. */
  failed: number;
  /** Rows that waited behind them. */
  waiting: number;
}

/** An empty text matches everything. */
export interface RedriveSelection extends KeyOfTopic {
  reason: string;
  failedFrom: Date | undefined;
  failedBefore: Date;
}

export interface RedriveInput extends Omit<RedriveSelection, 'failedBefore'> {
  actor: string;
  source: string;
  /** Undefined means now. */
  failedBefore: Date | undefined;
  maxKeys: number;
  dryRun: boolean;
}

export interface RedriveResult {
  keys: readonly KeyOfTopic[];
  failedRows: number;
  waitingRows: number;
  hasMore: boolean;
  asOf: Date;
}

export interface RedriveDeps extends OperationDeps {
  sources: Sources;
  loadNow: () => Promise<Date>;
  selectFailedKeys: (
    source: string,
    selection: RedriveSelection,
    limit: number,
  ) => Promise<KeyOfTopic[]>;
  countHeld: (
    source: string,
    keys: readonly KeyOfTopic[],
  ) => Promise<{ failed: number; waiting: number }>;
  redriveKeys: (
    source: string,
    keys: readonly KeyOfTopic[],
    entry: (released: ReleasedKey[]) => DoneOperation,
  ) => Promise<ReleasedKey[]>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
  wakePublisher: (source: string) => void;
}

const mostOfDryRun = 10_000;

/**
 * Releases one batch of keys. Matching keys are selected without a lock; which of their events are FAILED is
 * checked again under it, so a key that was released meanwhile is not counted.
 */
export const redrive =
  (deps: RedriveDeps) =>
  async (input: RedriveInput): Promise<RedriveResult> => {
    const source = deps.sources.one(input.source);
    const { actor, dryRun, topic, key, reason, failedFrom } = input;
    refuseWholeOutbox(input);
    const failedBefore = await upToNow(deps.loadNow, input.failedBefore);
    const limit = dryRun ? mostOfDryRun : input.maxKeys;
    const selection = { topic, key, reason, failedFrom, failedBefore };
    const found = await deps.selectFailedKeys(source, selection, limit + 1);
    const keys = found.slice(0, limit);
    const entry = entryOf(deps, {
      actor,
      operation: 'redrive',
      source,
      arguments: selection,
      dryRun,
    });
    const page = { hasMore: found.length > limit, asOf: failedBefore };
    if (dryRun) {
      const { failed, waiting } = await deps.countHeld(source, keys);
      await deps.keepOperation(entry(failed + waiting));
      return { ...page, keys, failedRows: failed, waitingRows: waiting };
    }
    const released = await withoutConflict(() =>
      deps.redriveKeys(source, keys, (each) => entry(failedOf(each) + waitingOf(each))),
    );
    if (released.length > 0) deps.wakePublisher(source);
    const rows = { failedRows: failedOf(released), waitingRows: waitingOf(released) };
    return {
      ...page,
      keys: released.map((each) => ({ topic: each.topic, key: each.key })),
      ...rows,
    };
  };

const refuseWholeOutbox = (input: RedriveInput): void => {
  const { topic, key, reason, failedFrom, failedBefore } = input;
  if (topic !== '' || key !== '' || reason !== '' || failedFrom || failedBefore) return;
  throw new AppError(
    'invalid',
    'selection-missing',
    'Say what to redrive: a key, a topic, a reason or a time range.',
  );
};

const failedOf = (released: readonly ReleasedKey[]): number =>
  released.reduce((sum, { failed }) => sum + failed, 0);
const waitingOf = (released: readonly ReleasedKey[]): number =>
  released.reduce((sum, { waiting }) => sum + waiting, 0);
