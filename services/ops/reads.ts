import type { Pool } from '#platform/database/pool.ts';
import type { Topic } from '#platform/messaging/topics.ts';
import { createSources } from './domain/sources.ts';
import { loadNow } from './store/selections.ts';
import { listServices } from './store/services.ts';
import type { System } from './usecases/tell-lifecycles.ts';

/** What the use cases are made of. */
export interface UseCasesParts {
  reading: Pool;
  changing: Pool;
  topics: readonly Topic[];
  /** The schemas whose outboxes ops serves. */
  sources: readonly string[];
  /** The systems whose orders it shows. Default: none, which leaves what their events tell. */
  systems?: readonly System[];
  wakePublisher: (source: string) => void;
}

/** Topics in which a FAILED event does not block its key. */
export const withoutBlockingOf = ({ topics }: UseCasesParts): string[] =>
  topics
    .filter(({ publish }) => publish !== undefined && publish.kind !== 'default')
    .map(({ name }) => name);

/** What most use cases read with. */
export const readsOf = (parts: UseCasesParts) => {
  const { reading, sources } = parts;
  const withoutBlocking = withoutBlockingOf(parts);
  return {
    sources: createSources(sources),
    holdsLater: (topic: string) => !withoutBlocking.includes(topic),
    loadNow: loadNow(reading),
    listServices: listServices(reading),
  };
};
