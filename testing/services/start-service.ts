import { waitFor } from '../wait-for.ts';
import { createGrpcClient, createHttpRpcClient, type RpcClient } from '../rpc-clients.ts';
import { startProcess, type ProcessExit, type TestProcess } from '../engines/process.ts';
import { openAnswerCheck } from '../openapi/answer-check.ts';
import { createRestClient, type RestContract } from './rest-client.ts';

export const protocols = ['grpc', 'connect', 'grpc-web', 'rest'] as const;
export type Protocol = (typeof protocols)[number];

type Env = Readonly<Record<string, string>>;

export interface RunningService {
  readonly process: TestProcess;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly url: string;
  readonly clients: Record<Protocol, RpcClient>;
  /** Everything that it has logged, parsed. */
  log(): Record<string, unknown>[];
  closeClients(): void;
  stop(): Promise<ProcessExit>;
}

export interface ServiceOptions {
  /** The name of its folder in services/. */
  name: string;
  rest: RestContract;
  env: Env;
}

/** Starts a service on free ports, with a client for each protocol. */
export const startService = async ({
  name,
  rest,
  env,
}: ServiceOptions): Promise<RunningService> => {
  const service = launchService(name, env);
  const [grpcPort, httpPort] = await Promise.all([
    portOf(service, 'gRPC is open'),
    portOf(service, 'HTTP is open'),
  ]);
  const url = `http://127.0.0.1:${httpPort}`;
  const clients = {
    grpc: createGrpcClient(grpcPort),
    connect: createHttpRpcClient('connect', httpPort),
    'grpc-web': createHttpRpcClient('grpc-web', httpPort),
    rest: createRestClient({ ...rest, port: httpPort, check: await openAnswerCheck(url) }),
  };
  const closeClients = () => {
    for (const client of Object.values(clients)) client.close();
  };
  return {
    process: service,
    grpcPort,
    httpPort,
    url,
    clients,
    log: () => service.lines.filter(isEntry).map(parse),
    closeClients,
    stop: () => {
      closeClients();
      return service.stop();
    },
  };
};

/**
 * Starts `services/<name>/main.ts` on ports that the system chooses, without waiting. Every test that runs a service
 * does so through this function; the caller must end the process.
 */
export const runService = (name: string, env: Env, as = name): TestProcess =>
  startProcess({
    name: as,
    entry: `services/${name}/main.ts`,
    env: { GRPC_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'debug', ...env },
  });

const launched = new Set<TestProcess>();

/** Starts a service likewise; `killLeftServices` ends it. */
export const launchService = (name: string, env: Env): TestProcess => {
  const service = runService(name, env);
  launched.add(service);
  void service.exit.then(() => launched.delete(service));
  return service;
};

/** The addresses of a service that is ready. */
export interface ReadyService {
  readonly process: TestProcess;
  readonly url: string;
}

/** Resolves when the service is ready; fails with its last lines when it exits instead. */
export const untilReady = async (process: TestProcess): Promise<ReadyService> => {
  const url = `http://127.0.0.1:${await portOf(process, 'HTTP is open')}`;
  await untilReadyAt(url);
  return { process, url };
};

/** Resolves when the service at this URL reports that it is ready. */
export const untilReadyAt = (url: string): Promise<unknown> =>
  waitFor(async () => (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok, {
    what: `${url} to be ready`,
    timeoutMs: 120_000,
  });

/** Starts a service and waits until it is ready. `killLeftServices` ends it if the test fails to. */
export const startReady = async (name: string, env: Env): Promise<TestProcess> =>
  (await untilReady(launchService(name, env))).process;

/** For `afterEach`: kills what a failed test has left running. */
export const killLeftServices = async (): Promise<void> => {
  for (const service of launched) {
    service.kill('SIGKILL');
    await service.exit;
  }
};

const isEntry = (line: string): boolean => line.startsWith('{');
const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;

/** Reads the port from the log line that reports an open server, e.g. `HTTP is open`. */
export const portOf = async (service: TestProcess, message: string): Promise<number> => {
  const line = await service.waitForLine((each) => isEntry(each) && parse(each)['msg'] === message);
  return parse(line)['port'] as number;
};
