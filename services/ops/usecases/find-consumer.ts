import { AppError } from '#platform/base/errors.ts';
import type { ReadableService } from './show-consumers.ts';

export interface FindConsumerDeps {
  listServices: () => Promise<ReadableService[]>;
  listConsumers: (service: string) => Promise<string[]>;
}

/** A consumer and the service whose inbox it writes. */
export interface KnownConsumer {
  service: string;
  consumer: string;
}

/** Finds the named consumer; without a name, the only one. Refuses one that never accepted a message. */
export const findConsumer =
  ({ listServices, listConsumers }: FindConsumerDeps) =>
  async (name: string): Promise<KnownConsumer> => {
    const inboxes = (await listServices()).filter(({ hasInbox }) => hasInbox);
    const lists = await Promise.all(
      inboxes.map(async ({ name: service }) =>
        (await listConsumers(service)).map((consumer) => ({ service, consumer })),
      ),
    );
    const known = lists.flat();
    const names = known.map(({ consumer }) => consumer).join(', ') || 'none';
    const found = name === '' ? known : known.filter(({ consumer }) => consumer === name);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const [reason, message] =
      name === ''
        ? ['consumer-missing', `Say which consumer is meant: ${names}.`]
        : ['consumer-unknown', `There is no consumer ${name}; there is: ${names}.`];
    throw new AppError('invalid', reason, message, { field: 'consumer' });
  };
