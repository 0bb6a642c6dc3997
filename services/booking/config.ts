import { z } from 'zod';
import { retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  ...kafkaSettings,
  ...retrySettings,
  BOOKING_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe(
      'The topic of its events, which it reads, too; dead letters go to the one with .dlq.',
    ),
  BOOKING_GROUP: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
});

export type Config = z.output<typeof configSchema>;
