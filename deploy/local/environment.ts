import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from '#platform/base/config-error.ts';
import { checkout, compileCache } from '../folders.ts';
import type { ServicePart, TaskPart } from './part.ts';

/** Services get less time than Docker gives them: a killed supervisor leaves nothing behind for long. */
const common = {
  ...compileCache,
  HOST: '127.0.0.1',
  LOG_FORMAT: 'text',
  SHUTDOWN_TIMEOUT_MS: '4000',
  SHUTDOWN_TIMEOUT: '4s',
};

/**
 * What a process is given beside the environment of whoever starts it: what is common, then the file of its
 * service in deploy/env, then what follows from the settings of `make up`. Throws ConfigError when the file sets
 * one of the last.
 */
export const environmentOf = (
  part: ServicePart | TaskPart,
  folder = join(checkout, 'deploy/env'),
): Record<string, string> => ({
  ...common,
  ...(part.kind === 'service' ? fromFile(part, folder) : {}),
  ...part.env,
});

const fromFile = ({ service, env }: ServicePart, folder: string): Record<string, string> => {
  const file = join(folder, `${service}.env`);
  if (!existsSync(file)) return {};
  const set = Object.entries(parseEnv(readFileSync(file, 'utf8'))).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  const taken = set.map(([name]) => name).filter((name) => name in env);
  if (taken.length === 0) return Object.fromEntries(set);
  throw new ConfigError(
    `deploy/env/${service}.env sets ${taken.join(', ')}, which make up sets itself: take it out there. What make up can be told is in deploy/env/up.env.template.`,
  );
};
