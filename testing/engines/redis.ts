import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../deploy/local/redis.ts';
import { findFreePort } from '../free-port.ts';
import { startServer, type Server } from './part.ts';
import { startProxy, type Proxy } from './proxy.ts';

/** A real Redis for one test file, with a proxy in front of it. */
export interface TestRedis {
  readonly url: string;
  /** The address through the proxy. */
  readonly proxiedUrl: string;
  readonly server: Server;
  readonly proxy: Proxy;
  /** A client past the proxy, for tests that look at entries and change them. */
  readonly client: Redis;
  close(): Promise<void>;
}

export const startTestRedis = async (): Promise<TestRedis> => {
  const folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-redis-`));
  const port = await findFreePort();
  const server = await startServer(() =>
    startRedis({
      dataDir: folder,
      port,
      logFile: join(folder, 'redis.log'),
      isThrowAway: true,
      say: console.error,
    }),
  );
  const proxy = await startProxy(port);
  const url = `redis://127.0.0.1:${port}`;
  const client = new Redis(url, { disableClientInfo: true });
  client.on('error', () => undefined); // the command in progress rejects with the same error
  return {
    url,
    proxiedUrl: `redis://127.0.0.1:${proxy.port}`,
    server,
    proxy,
    client,
    close: async () => {
      client.disconnect();
      await proxy.close();
      await server.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
};
