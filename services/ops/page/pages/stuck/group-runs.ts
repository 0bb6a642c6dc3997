import { signal } from '@preact/signals';
import { call, wordsOf } from '../../client/call.ts';
import type { Answer } from '../../client/wire.ts';
import { follow } from '../../parts/followed.tsx';

export type Group = Answer<'ListStuck'>['groups'][number];

/** A group that is being redriven, batch after batch. It is kept in the tab, so that it goes on after a reload. */
export interface GroupRun {
  id: string;
  title: string;
  group: Pick<Group, 'kind' | 'service' | 'consumer' | 'topic' | 'reason'>;
  actor: string;
  /** Orders or messages a second. */
  rate: number;
  /** Only what was stuck at that time: what fails again meanwhile is left alone. */
  asOf: string;
  total: number;
  done: number;
  /** Of the batch under way: sent again with the same id, it is done once. */
  requestId: string;
  state: 'running' | 'paused' | 'done';
  failure: string;
}

const key = 'inorder.group-runs';
const mostOfBatch = 100;

const load = (): GroupRun[] => {
  const kept = JSON.parse(sessionStorage.getItem(key) ?? '[]') as GroupRun[];
  return kept.map((run) => (run.state === 'running' ? { ...run, state: 'paused' } : run));
};

export const groupRuns = signal<readonly GroupRun[]>(load());

const save = (runs: readonly GroupRun[]): void => {
  groupRuns.value = runs;
  sessionStorage.setItem(key, JSON.stringify(runs));
};

const find = (id: string): GroupRun | undefined => groupRuns.value.find((run) => run.id === id);

const change = (id: string, changes: Partial<GroupRun>): void =>
  save(groupRuns.value.map((run) => (run.id === id ? { ...run, ...changes } : run)));

/** Begins to redrive a group; a second press with the same id begins nothing. */
export const startRun = (run: Omit<GroupRun, 'done' | 'requestId' | 'state' | 'failure'>): void => {
  if (find(run.id) !== undefined) return;
  const requestId = crypto.randomUUID();
  save([...groupRuns.value, { ...run, done: 0, requestId, state: 'paused', failure: '' }]);
  void resumeRun(run.id);
};

export const pauseRun = (id: string): void => change(id, { state: 'paused' });

export const closeRun = (id: string): void => save(groupRuns.value.filter((run) => run.id !== id));

/** The runs that a loop works at, also while it waits for the next batch. */
const loops = new Set<string>();

/** Goes on where a run was paused, or where the page was closed. */
export const resumeRun = async (id: string): Promise<void> => {
  change(id, { state: 'running', failure: '' });
  // paused and continued while its loop waited: that one goes on
  if (loops.has(id)) return;
  loops.add(id);
  await doBatches(id).finally(() => loops.delete(id));
};

const doBatches = async (id: string): Promise<void> => {
  for (let run = find(id); run?.state === 'running'; run = find(id)) {
    const { count, hasMore, operationId } = await doBatch(run).catch((error: unknown) => {
      change(id, { state: 'paused', failure: wordsOf(error) });
      return { count: 0, hasMore: true, operationId: '' };
    });
    if (operationId === '') return;
    const requestId = crypto.randomUUID();
    change(id, { done: run.done + count, requestId, ...(!hasMore && { state: 'done' }) });
    if (!hasMore) follow(operationId, `${run.title}, the last batch`);
    else await new Promise((resolve) => setTimeout(resolve, (count / run.rate) * 1_000));
  }
};

const doBatch = async ({ group, actor, rate, asOf, requestId }: GroupRun) => {
  const { kind, service, consumer, topic, reason } = group;
  const most = Math.min(mostOfBatch, rate);
  const asked = { actor, topic, failedBefore: asOf, requestId };
  if (kind === 'FAILED') {
    const batch = { ...asked, source: service, reason, maxKeys: most };
    const { keys, hasMore, operationId } = await call('Redrive', batch);
    return { count: keys, hasMore, operationId };
  }
  const batch = { ...asked, consumer, firstLine: reason, maxLetters: most };
  const { letters, hasMore, operationId } = await call('RedriveDeadLetters', batch);
  return { count: letters, hasMore, operationId };
};
