import { AppError } from '#platform/base/errors.ts';
import type { RedrivenKey, RedrivenKeys } from '../domain/changed.ts';
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

export interface KeyOfTopic {
  topic: string;
  key: string;
}

export type ReleasedKey = RedrivenKey;

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
  request?: RequestOfAct | undefined;
}

export interface RedriveResult {
  operationId: string;
  keys: readonly KeyOfTopic[];
  failedRows: number;
  waitingRows: number;
  hasMore: boolean;
  asOf: Date;
}

export interface RedriveDeps extends ActDeps {
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
    batch: { keys: readonly KeyOfTopic[]; request?: RequestOfAct | undefined },
    entry: (released: ReleasedKey[]) => DoneOperation,
  ) => Promise<KeptChange>;
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
    refuseWholeOutbox(input);
    if (input.dryRun) return look(deps, source, input);
    return answerOf(await doOnce(deps, input.request, () => release(deps, source, input)));
  };

const select = async (deps: RedriveDeps, source: string, input: RedriveInput) => {
  const { actor, dryRun, topic, key, reason, failedFrom, maxKeys } = input;
  const failedBefore = await upToNow(deps.loadNow, input.failedBefore);
  const limit = dryRun ? mostOfDryRun : maxKeys;
  const selection = { topic, key, reason, failedFrom, failedBefore };
  const found = await deps.selectFailedKeys(source, selection, limit + 1);
  const request = dryRun ? undefined : input.request;
  const about = { actor, operation: 'redrive', source, arguments: selection, dryRun } as const;
  return {
    keys: found.slice(0, limit),
    hasMore: found.length > limit,
    asOf: failedBefore,
    entry: entryOf(deps, { ...about, request }),
  };
};

const look = async (
  deps: RedriveDeps,
  source: string,
  input: RedriveInput,
): Promise<RedriveResult> => {
  const { keys, hasMore, asOf, entry } = await select(deps, source, input);
  const { failed, waiting } = await deps.countHeld(source, keys);
  const operation = entry(failed + waiting);
  await deps.keepOperation(operation);
  const rows = { failedRows: failed, waitingRows: waiting };
  return { operationId: operation.id, keys, ...rows, hasMore, asOf };
};

const release = async (
  deps: RedriveDeps,
  source: string,
  input: RedriveInput,
): Promise<KeptChange> => {
  const { keys, hasMore, asOf, entry } = await select(deps, source, input);
  const released = await withoutConflict(() =>
    deps.redriveKeys(source, { keys, request: input.request }, (each) => {
      const changed: RedrivenKeys = { keys: each, hasMore, asOf: asOf.toISOString() };
      return entry(failedOf(each) + waitingOf(each), changed);
    }),
  );
  if (answerOf(released).keys.length > 0) deps.wakePublisher(source);
  return released;
};

const answerOf = ({ id, changed }: KeptChange): RedriveResult => {
  const { keys, hasMore, asOf } = changed as RedrivenKeys;
  return {
    operationId: id,
    keys: keys.map(({ topic, key }) => ({ topic, key })),
    failedRows: failedOf(keys),
    waitingRows: waitingOf(keys),
    hasMore,
    asOf: new Date(asOf),
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

const failedOf = (released: readonly RedrivenKey[]): number =>
  released.reduce((sum, { failed }) => sum + failed, 0);
const waitingOf = (released: readonly RedrivenKey[]): number =>
  released.reduce((sum, { waiting }) => sum + waiting, 0);
