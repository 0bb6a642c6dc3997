import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { TestProcess } from '../engines/process.ts';
import type { RestContract } from '../services/rest-client.ts';
import {
  killLeftServices,
  launchService,
  startService,
  type RunningService,
} from '../services/start-service.ts';

export { protocols, type Protocol } from '../services/start-service.ts';

export type RunningLoms = RunningService;

type Env = Readonly<Record<string, string>>;

/** Starts loms on free ports, with a client for each protocol. */
export const startLoms = (databaseUrl: string, env: Env = {}): Promise<RunningLoms> =>
  startService({ name: 'loms', rest, env: { DATABASE_URL: databaseUrl, ...env } });

/** Starts the process without waiting for it to be ready. */
export const launchLoms = (env: Env): TestProcess => launchService('loms', env);

/** For `afterEach`: kills what a failed test has left running. */
export const killLeftLoms = killLeftServices;

/** Converts integers to JSON numbers. */
const toJson = (value: unknown): JsonValue => {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [snake(key), toJson(one)]));
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

const rest: RestContract = {
  paths: {
    OrderCreate: 'POST /order/create',
    OrderInfo: 'GET /order/info',
    OrderPay: 'POST /order/pay',
    OrderCancel: 'POST /order/cancel',
    StocksInfo: 'GET /stock/info',
  },
  toJson: (request) => toJson(request) as JsonObject,
};
