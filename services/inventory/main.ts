import { loadConfigOrExit } from '#platform/base/config.ts';
import { run } from '#platform/base/lifecycle.ts';
import { createLogger } from '#platform/base/logger.ts';
import { startInventory } from './app.ts';
import { configSchema } from './config.ts';

const config = loadConfigOrExit(configSchema, process.env);
const logger = createLogger({
  service: 'inventory',
  level: config.LOG_LEVEL,
  format: config.LOG_FORMAT,
});
await run((lifecycle) => startInventory({ config, logger, lifecycle }), {
  logger,
  shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT,
});
