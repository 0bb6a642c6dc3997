import { generateKeyPairSync } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '#platform/base/sleep.ts';
import { asEngine, type Engine, type StartHooks } from '../../local/engine.ts';
import { isPortFree } from '../../local/port-free.ts';
import { spawnTied } from '../../local/tied-process.ts';
import { openApi, type Api } from './api.ts';

/** A kube-apiserver with an etcd of its own, on this machine only. It runs nothing: it says what it would accept. */
export interface ApiServer {
  readonly api: Api;
  close(): Promise<void>;
}

const token = 'k8s-check';
const readyWithinMs = 120_000;

/** Starts both programs of the folder. What they keep is gone when they are closed. */
export const startApiServer = async (programs: string, { say }: StartHooks): Promise<ApiServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-kubernetes-'));
  const started: Engine[] = [];
  const close = async () => {
    for (const engine of started.toReversed()) await engine.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (program: string, name: string, flags: Readonly<Record<string, string>>) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const child = spawnTied(join(programs, program), args, {
      cwd: folder,
      stdio: ['ignore', log, log],
      deathSignal: 'SIGKILL',
    });
    closeSync(log);
    started.push(await asEngine(child, 'SIGTERM'));
  };
  try {
    const [etcd, peers, port] = await freePorts(3);
    await start(
      'server',
      'etcd',
      etcdFlags(`http://127.0.0.1:${etcd}`, `http://127.0.0.1:${peers}`),
    );
    await writeIdentity(folder);
    await start('kube-apiserver', 'kube-apiserver', {
      ...apiServerFlags,
      'etcd-servers': `http://127.0.0.1:${etcd}`,
      'secure-port': `${port}`,
    });
    const api = await openWhenReady(folder, port ?? 0);
    say?.('kube-apiserver: ready');
    return { api, close };
  } catch (error) {
    const end = (await readFile(join(folder, 'kube-apiserver.log'), 'utf8').catch(() => ''))
      .split('\n')
      .slice(-4)
      .join('\n');
    await close();
    throw new Error(`kube-apiserver did not become ready.\n${end}`, { cause: error });
  }
};

const etcdFlags = (clients: string, peers: string) => ({
  'data-dir': 'etcd',
  'listen-client-urls': clients,
  'advertise-client-urls': clients,
  'listen-peer-urls': peers,
  'initial-advertise-peer-urls': peers,
  'initial-cluster': `default=${peers}`,
  'unsafe-no-fsync': 'true',
});

const key = 'service-accounts.key';
const apiServerFlags = {
  'bind-address': '127.0.0.1',
  'endpoint-reconciler-type': 'none',
  'cert-dir': 'certificates',
  'token-auth-file': 'tokens.csv',
  'authorization-mode': 'RBAC',
  // It would wait for a controller that makes the service accounts.
  'disable-admission-plugins': 'ServiceAccount',
  'service-account-key-file': key,
  'service-account-signing-key-file': key,
  'service-account-issuer': 'https://kubernetes.default.svc',
  'service-cluster-ip-range': '10.0.0.0/24',
};

const writeIdentity = async (folder: string): Promise<void> => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(join(folder, key), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`);
};

const freePorts = async (count: number): Promise<number[]> => {
  const ports: number[] = [];
  for (let port = 26_400; ports.length < count && port < 26_600; port += 1)
    if (await isPortFree(port)) ports.push(port);
  return ports;
};

const openWhenReady = async (folder: string, port: number): Promise<Api> => {
  const deadline = performance.now() + readyWithinMs;
  for (;;) {
    try {
      const ca = await readFile(join(folder, 'certificates/apiserver.crt'));
      const api = openApi({ port, ca, token });
      await api.get('/readyz');
      return api;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(250);
    }
  }
};
