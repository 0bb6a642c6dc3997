import { hostname } from 'node:os';
import { z } from 'zod';
import { commonSettings, durationMs, port } from '#platform/base/config.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  ...kafkaSettings,
  NOTIFIER_TOPIC: z.string().default(topicOf(service.consumers[0].event)),
  NOTIFIER_GROUP: z.string().default(service.consumers[0].group),
  /** After this time without a heartbeat another replica takes over. */
  SESSION_TIMEOUT_MS: durationMs.default(3_000),
  /** The name of this replica in its log lines. */
  REPLICA: z.string().default(hostname()),
  HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: port.default(service.ports.http),
});

export type Config = z.output<typeof configSchema>;
