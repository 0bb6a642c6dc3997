import { loadConfigOrExit } from '#platform/base/config.ts';
import { run } from '#platform/base/lifecycle.ts';
import { createLogger } from '#platform/base/logger.ts';
import { startOrder } from './app.ts';
import { configSchema } from './config.ts';

const config = loadConfigOrExit(configSchema, process.env);
const logger = createLogger({
  service: 'order',
  level: config.LOG_LEVEL,
  format: config.LOG_FORMAT,
});
await run((lifecycle) => startOrder({ config, logger, lifecycle }), {
  logger,
  shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT,
});
