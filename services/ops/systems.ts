import { topicOf } from '#platform/messaging/topics.ts';
import { services } from '../../deploy/services.ts';
import type { ConsumedTopic } from './metrics.ts';
import type { System } from './usecases/tell-lifecycles.ts';

/** The systems whose orders ops shows: the services with a lifecycle in their manifest and an outbox that ops serves. */
export const systemsOf = (sources: readonly string[]): System[] =>
  services.flatMap(({ schema, lifecycle }) =>
    schema !== undefined && lifecycle !== undefined && sources.includes(schema)
      ? [{ name: schema, lifecycle }]
      : [],
  );

/** The consumer groups that manifests name, with their topics. */
export const expectedGroups = (): ConsumedTopic[] =>
  services.flatMap(({ consumers = [], deployments = [] }) =>
    [...consumers, ...deployments].map(({ group, event }) => ({ group, topic: topicOf(event) })),
  );
