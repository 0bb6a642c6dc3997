import { loadConfigOrExit } from '#platform/base/config.ts';
import { run } from '#platform/base/lifecycle.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createOutput } from '#platform/base/output.ts';
import { startNotification } from './app.ts';
import { configSchema } from './config.ts';

const config = loadConfigOrExit(configSchema, process.env);
const output = createOutput();
const logger = createLogger(
  {
    service: 'notification',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
  },
  output,
);
await run((lifecycle) => startNotification({ config, logger, output, lifecycle }), {
  logger,
  shutdownTimeoutMs: config.SHUTDOWN_TIMEOUT,
});
