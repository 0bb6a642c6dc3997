import {
  createGrpcClient,
  createHttpRpcClient,
  type RpcClient,
} from '../../platform/testing/rpc-clients.ts';
import { startProcess, type ProcessExit, type TestProcess } from '../engines/process.ts';
import { openAnswerCheck } from '../openapi/answer-check.ts';
import { createRestClient } from './rest-client.ts';

export const doors = ['grpc', 'connect', 'grpc-web', 'rest'] as const;
export type DoorName = (typeof doors)[number];

export interface RunningLoms {
  readonly process: TestProcess;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly url: string;
  readonly clients: Record<DoorName, RpcClient>;
  /** Everything it has logged, parsed. */
  log(): Record<string, unknown>[];
  closeClients(): void;
  stop(): Promise<ProcessExit>;
}

/** Runs loms on ports that the system chooses, with a client for each of its doors. */
export const startLoms = async (
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningLoms> => {
  const loms = launchLoms({ DATABASE_URL: databaseUrl, ...env });
  const [grpcPort, httpPort] = await Promise.all([
    portOf(loms, 'gRPC is open'),
    portOf(loms, 'HTTP is open'),
  ]);
  const url = `http://127.0.0.1:${httpPort}`;
  const clients = {
    grpc: createGrpcClient(grpcPort),
    connect: createHttpRpcClient('connect', httpPort),
    'grpc-web': createHttpRpcClient('grpc-web', httpPort),
    rest: createRestClient(httpPort, await openAnswerCheck(url)),
  };
  const closeClients = () => {
    for (const client of Object.values(clients)) client.close();
  };
  return {
    process: loms,
    grpcPort,
    httpPort,
    url,
    clients,
    log: () => loms.lines.filter(isEntry).map(parse),
    closeClients,
    stop: () => {
      closeClients();
      return loms.stop();
    },
  };
};

const launched = new Set<TestProcess>();

/** Starts the process and waits for nothing. */
export const launchLoms = (env: Readonly<Record<string, string>>): TestProcess => {
  const loms = startProcess({
    name: 'loms',
    entry: 'services/loms/main.ts',
    env: { GRPC_PORT: '0', HTTP_PORT: '0', LOG_LEVEL: 'debug', ...env },
  });
  launched.add(loms);
  void loms.exit.then(() => launched.delete(loms));
  return loms;
};

/** For `afterEach`: ends what a failed test has left running. */
export const killLeftLoms = async (): Promise<void> => {
  for (const loms of launched) {
    loms.kill('SIGKILL');
    await loms.exit;
  }
};

const isEntry = (line: string): boolean => line.startsWith('{');
const parse = (line: string) => JSON.parse(line) as Record<string, unknown>;

const portOf = async (loms: TestProcess, message: string): Promise<number> => {
  const line = await loms.waitForLine((each) => isEntry(each) && parse(each)['msg'] === message);
  return parse(line)['port'] as number;
};
