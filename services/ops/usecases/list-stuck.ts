import { AppError } from '#platform/base/errors.ts';
import type { HeldPartition } from '../domain/held.ts';
import type { Sources } from '../domain/sources.ts';
import type { UnwritablePartition } from '../domain/status.ts';
import { encodeCause, stuckWords, type StuckGroup } from '../domain/stuck.ts';
import type { ReadableService } from './show-consumers.ts';

/** A cause that an operator ignores for now. */
export interface IgnoredCause {
  /** As `encodeCause` made it. */
  cause: string;
  until: Date;
  by: string;
  reason: string;
}

/** A group as it is shown. */
export interface ShownGroup extends StuckGroup {
  cause: string;
  says: string;
  ignored: IgnoredCause | undefined;
}

export interface ListStuckDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  listServices: () => Promise<ReadableService[]>;
  groupFailed: (source: string) => Promise<StuckGroup[]>;
  groupLetters: (service: string) => Promise<StuckGroup[]>;
  groupParked: (service: string) => Promise<StuckGroup[]>;
  groupSagas: (service: string) => Promise<StuckGroup[]>;
  listHeld: (service: string) => Promise<HeldPartition[]>;
  listUnwritable: (source: string) => Promise<UnwritablePartition[]>;
  listIgnored: () => Promise<IgnoredCause[]>;
}

export interface Stuck {
  groups: ShownGroup[];
  ignored: ShownGroup[];
}

/** Lists what does not go on by itself, by its cause; what an operator ignores is listed apart. */
export const listStuck =
  (deps: ListStuckDeps) =>
  async (service: string): Promise<Stuck> => {
    const sources = deps.sources.some('');
    const readable = await deps.listServices();
    const inboxes = readable.filter(({ hasInbox }) => hasInbox).map(({ name }) => name);
    const isMeant = (name: string) => service === '' || name === service;
    if (![...sources, ...inboxes].some(isMeant))
      throw new AppError('invalid', 'source-unknown', `There is no service ${service}.`, {
        field: 'service',
      });
    const [lists, ignoredCauses] = await Promise.all([
      Promise.all([
        ...sources.filter(isMeant).map((name) => ofSource(deps, name)),
        ...inboxes.filter(isMeant).map((name) => ofInbox(deps, name)),
      ]),
      deps.listIgnored(),
    ]);
    const groups = lists.flat(2).sort(byOrders).map(shown(deps, ignoredCauses));
    return {
      groups: groups.filter(({ ignored }) => ignored === undefined),
      ignored: groups.filter(({ ignored }) => ignored !== undefined),
    };
  };

const ofSource = async (deps: ListStuckDeps, source: string): Promise<StuckGroup[]> => {
  const [failed, unwritable, sagas] = await Promise.all([
    deps.groupFailed(source),
    deps.listUnwritable(source),
    deps.groupSagas(source),
  ]);
  const places = unwritable.map((each) =>
    placeGroup({ kind: 'UNWRITABLE', service: source, consumer: '' }, each),
  );
  return [...failed, ...places, ...sagas];
};

const ofInbox = async (deps: ListStuckDeps, service: string): Promise<StuckGroup[]> => {
  const [letters, parked, held] = await Promise.all([
    deps.groupLetters(service),
    deps.groupParked(service),
    deps.listHeld(service),
  ]);
  const places = held.map((each) =>
    placeGroup({ kind: 'HELD', service, consumer: each.consumer }, each),
  );
  return [...letters, ...parked, ...places];
};

/** A partition is a group of its own; how many orders lie there is not counted. */
const placeGroup = (
  cause: Pick<StuckGroup, 'kind' | 'service' | 'consumer'>,
  place: Pick<HeldPartition, 'topic' | 'partition' | 'error' | 'since' | 'triedAt'>,
): StuckGroup => ({
  ...cause,
  topic: place.topic,
  partition: place.partition,
  reason: (place.error.split('\n')[0] ?? '').slice(0, 300),
  owedBy: '',
  orders: 0,
  events: 0,
  isCapped: false,
  since: place.since,
  newest: place.triedAt,
  sample: [],
  failedAgain: 0,
});

/** Partitions first, because they hold up all orders that lie there; then those with the most orders. */
const byOrders = (a: StuckGroup, b: StuckGroup): number =>
  Number(a.partition === undefined) - Number(b.partition === undefined) ||
  b.orders - a.orders ||
  a.since.getTime() - b.since.getTime();

const shown =
  ({ holdsLater }: ListStuckDeps, ignoredCauses: readonly IgnoredCause[]) =>
  (group: StuckGroup): ShownGroup => {
    const cause = encodeCause(group);
    const ignored = ignoredCauses.find((each) => each.cause === cause);
    return { ...group, cause, says: stuckWords(group, holdsLater(group.topic)), ignored };
  };
