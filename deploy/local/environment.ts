import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from '#platform/base/config-error.ts';
import { checkout, compileCache } from '../folders.ts';
import type { ServicePart, TaskPart } from './part.ts';

/**
 * Services get less time to stop than in Docker, so that after a kill -9 of the supervisor none is left running for
 * long.
 */
const common = {
  ...compileCache,
  HOST: '127.0.0.1',
  SHUTDOWN_TIMEOUT_MS: '4000',
  SHUTDOWN_TIMEOUT: '4s',
};

/**
 * The variables that a process gets in addition to the caller's environment: those common to all, then those of its
 * service's file in deploy/env, then those that follow from the settings of `make up`. Throws ConfigError when the
 * file sets one of the last.
 */
export const environmentOf = (
  part: ServicePart | TaskPart,
  folder = join(checkout, 'deploy/env'),
): Record<string, string> => ({
  ...common,
  ...(part.kind === 'service' ? fromFile(part, folder) : {}),
  ...part.env,
});

const fromFile = ({ deployment, env }: ServicePart, folder: string): Record<string, string> => {
  const file = join(folder, `${deployment}.env`);
  if (!existsSync(file)) return {};
  const set = Object.entries(parseEnv(readFileSync(file, 'utf8'))).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  const taken = set.map(([name]) => name).filter((name) => name in env);
  if (taken.length === 0) return Object.fromEntries(set);
  throw new ConfigError(
    `deploy/env/${deployment}.env sets ${taken.join(', ')}, which make up sets itself: take it out there. What make up can be told is in deploy/env/up.env.template.`,
  );
};
