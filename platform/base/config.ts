import { z } from 'zod';
import { readConfigFile } from './config-file.ts';
import { ConfigError } from './config-error.ts';
import { readSecretFiles, secretNames } from './secret-files.ts';
import { traceSettings } from './tracing/settings.ts';

type Settings = Readonly<Record<string, string | undefined>>;

const present = (env: Settings): Settings =>
  Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );

/**
 * Reads settings once. An empty variable counts as absent; a secret may be in the file that `<NAME>_FILE` names. Throws
 * one ConfigError with all faults.
 */
export const loadConfig = <S extends z.ZodType>(schema: S, env: Settings): z.output<S> => {
  const secrets = secretNames(schema);
  const { settings, faults } = readSecretFiles(secrets, present(env));
  const result = schema.safeParse(settings);
  if (result.success && faults.length === 0) return result.data;
  const absent = secrets.filter((name) => settings[name] === undefined);
  const issues = (result.error?.issues ?? [])
    // what a file has failed to give is not missing as well
    .filter(({ path }) => !faults.some(({ name }) => name === `${String(path[0])}_FILE`))
    .map((issue) => {
      const name = String(issue.path[0]);
      if (issue.code !== 'invalid_type' || !absent.includes(name)) return issue;
      return { ...issue, message: `Set it, or ${name}_FILE to a file that holds it` };
    });
  const ofFiles = faults.map(({ name, message }) => ({
    code: 'custom' as const,
    path: [name],
    message,
    input: undefined,
  }));
  const all = z.prettifyError(new z.ZodError([...issues, ...ofFiles]));
  throw new ConfigError(`Settings are wrong:\n${all}`);
};

/**
 * For `main.ts`: like `loadConfig`, but what the environment does not set is taken from the YAML file that its
 * CONFIG_FILE names; when settings are wrong, prints the faults and ends the process with exit code 1.
 */
export const loadConfigOrExit = <S extends z.ZodObject>(schema: S, env: Settings): z.output<S> => {
  try {
    const { CONFIG_FILE: file } = env;
    if (file === undefined || file === '') return loadConfig(schema, env);
    return loadConfig(schema, { ...fromFile(schema, file, present(env)), ...present(env) });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
};

/** Of a secret and its file, the environment's one counts, whichever the YAML file has. */
const fromFile = (schema: z.ZodObject, file: string, env: Settings): Settings => {
  const pairs = secretNames(schema).map((name) => [name, `${name}_FILE`]);
  const known = [...Object.keys(schema.shape), ...pairs.map(([, name = '']) => name)];
  const settled = pairs.filter((pair) => pair.some((name) => name in env)).flat();
  const settings = Object.entries(readConfigFile(file, known));
  return Object.fromEntries(settings.filter(([name]) => !settled.includes(name)));
};

/** A TCP port; 0 lets the system choose. */
export const port = z.coerce
  .number()
  .int()
  .min(0)
  .max(65_535)
  .meta({ unit: 'A TCP port; 0 lets the system choose.' });

/** The port on which a service without RPCs serves its health and metrics. */
export const healthPort = (byDefault: number) =>
  port.default(byDefault).describe('/healthz, /readyz and /metrics.');

/** A duration in milliseconds, from 1 to one day. */
export const durationMs = z.coerce
  .number()
  .int()
  .min(1)
  .max(86_400_000)
  .meta({ unit: 'In milliseconds, a day at the most.' });

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const longestMs = 365 * unitMs.d;

/** Returns the milliseconds of a duration with its unit, e.g. `30s`, `15m`, `24h`; undefined for any other text. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = /^([1-9]\d{0,10})(ms|s|m|h|d)$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(amount) * unitMs[unit as keyof typeof unitMs];
};

/** A duration with its unit, up to a year, which is parsed into milliseconds. */
export const duration = z
  .string()
  .transform(parseDuration)
  .pipe(
    z
      .number('Say a number and a unit (ms, s, m, h, d), e.g. 15m')
      .max(longestMs, 'A year at the most'),
  )
  .meta({ unit: 'A number and its unit: ms, s, m, h or d.' });

/** A comma-separated list with at least one entry. */
export const commaList = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

/** An origin as browsers send it, e.g. `https://shop.example`, or `*` for every origin. */
const origin = z.string().refine((text) => text === '*' || isOrigin(text), {
  error: 'not an origin, e.g. https://shop.example (no path, no slash at the end)',
});

const isOrigin = (text: string): boolean => URL.parse(text)?.origin === text;

/** Origins whose pages may call from a browser. */
export const corsOrigins = commaList
  .pipe(z.array(origin))
  .optional()
  .describe(
    'Origins whose pages may call from a browser, comma-separated, e.g. https://shop.example; *: all.',
  );

/** Settings of logging. */
export const logSettings = {
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least level that is logged. Refused calls are logged at debug.'),
  LOG_FORMAT: z
    .enum(['json', 'text'])
    .default('json')
    .describe('The form of log lines; text is for people.'),
};

/** Settings that every process has. */
export const commonSettings = {
  ...logSettings,
  ...traceSettings,
  SHUTDOWN_TIMEOUT_MS: durationMs
    .default(10_000)
    .describe('How long a clean stop may take; then the process ends anyway.'),
};

/** The address to listen on. */
export const host = z
  .string()
  .optional()
  .describe('The address to listen on, by default 127.0.0.1.');

/** Used instead of `commonSettings` and `host` where the contract of a service prescribes other names. */
export const environmentSettings = {
  ...logSettings,
  ...traceSettings,
  APP_ENV: z
    .enum(['local', 'docker'])
    .default('local')
    .describe('docker: listen on all addresses, unless HOST says otherwise.'),
  HOST: host,
  SHUTDOWN_TIMEOUT: duration
    .prefault('10s')
    .describe('How long a clean stop may take; then the process ends anyway.'),
};

export interface HostSettings {
  HOST?: string | undefined;
  APP_ENV?: string;
}

/** Returns the address to listen on: HOST, or the default for APP_ENV. */
export const hostOf = ({ HOST, APP_ENV }: HostSettings): string =>
  HOST ?? (APP_ENV === 'docker' ? '0.0.0.0' : '127.0.0.1');
