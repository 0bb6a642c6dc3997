import { startProcess, type TestProcess } from '../../testing/engines/process.ts';
import { findFreePort } from '../../testing/free-port.ts';

export interface RunningServer {
  name: string;
  grpcPort: number;
  httpPort: number;
  stop(): Promise<void>;
}

/** Starts the service as it runs in production. */
export const startLoms = (databaseUrl: string): Promise<RunningServer> =>
  start('loms', 'services/loms/main.ts', { DATABASE_URL: databaseUrl });

/** Starts the service's servers with a constant behind them. */
export const startConstant = (): Promise<RunningServer> =>
  start('constant', 'bench/rpc/servers/constant.ts');

/** Starts bare grpc-js or bare connect-node. */
export const startEcho = (protocol: 'grpc' | 'connect'): Promise<RunningServer> =>
  start(`${protocol} echo`, `bench/rpc/servers/${protocol}-echo.ts`);

const start = async (
  name: string,
  entry: string,
  settings: Record<string, string> = {},
): Promise<RunningServer> => {
  const [grpcPort, httpPort] = [await findFreePort(), await findFreePort()];
  const ports = { GRPC_PORT: String(grpcPort), HTTP_PORT: String(httpPort) };
  const server = startProcess({ name, entry, env: { ...ports, ...settings } });
  await server.waitForLine((line) => line === 'open' || line.includes('HTTP is open'));
  return { name, grpcPort, httpPort, stop: () => stop(server) };
};

const stop = async (server: TestProcess): Promise<void> => {
  await server.stop();
};
