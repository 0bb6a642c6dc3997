import { setFlagsFromString } from 'node:v8';
import { loadConfigOrExit } from '#platform/base/config.ts';
import { run } from '#platform/base/lifecycle.ts';
import { createLogger } from '#platform/base/logger.ts';
import { startPublisher } from './app.ts';
import { configSchema } from './config.ts';

// Rows live for milliseconds. V8 would let their space grow to 128 MiB: a third more memory, and slower.
setFlagsFromString('--semi-space-growth-factor=1');
const config = loadConfigOrExit(configSchema, process.env);
const logger = createLogger({
  service: 'outbox-publisher',
  level: config.LOG_LEVEL,
  format: config.LOG_FORMAT,
});
await run((lifecycle) => startPublisher({ config, logger, lifecycle }), {
  logger,
  shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT_MS,
});
