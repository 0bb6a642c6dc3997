import { z } from 'zod';
import { commonSettings, healthPort, host } from '#platform/base/config.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  ...kafkaSettings,
  NOTIFIER_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe('The topic that is read.'),
  NOTIFIER_GROUP: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
  REPLICA: z
    .string()
    .optional()
    .describe('The name of this replica in its log lines, by default the name of the host.'),
  HOST: host,
  HTTP_PORT: healthPort(service.ports.http),
});

export type Config = z.output<typeof configSchema>;
