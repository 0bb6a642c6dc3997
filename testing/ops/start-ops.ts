import { spawn } from 'node:child_process';
import { findFreePort } from '../../deploy/local/free-port.ts';
import { waitFor } from '../wait-for.ts';
import { startProcess } from '../engines/process.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningOps {
  server: string;
  /** The command line as an operator's script runs it: nobody to ask. */
  inorder: (...args: string[]) => Promise<Outcome>;
  /** The same with --json; throws unless it was done. */
  json: (...args: string[]) => Promise<Record<string, unknown>>;
  kill: () => Promise<void>;
}

/** Starts ops as a process on a database. */
export const startOps = async (databaseUrl: string, sources: string): Promise<RunningOps> => {
  const [HTTP_PORT, GRPC_PORT] = [String(await findFreePort()), String(await findFreePort())];
  const ops = startProcess({
    name: 'ops',
    entry: 'services/ops/main.ts',
    env: { DATABASE_URL: databaseUrl, OPS_SOURCES: sources, HTTP_PORT, GRPC_PORT },
  });
  const server = `http://127.0.0.1:${HTTP_PORT}`;
  const isReady = () =>
    fetch(`${server}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitFor(isReady, { what: 'ops to be ready', timeoutMs: 60_000 });
  const inorder = inorderOn(server);
  return {
    ...{ server, inorder },
    json: async (...args) => {
      const { code, stdout, stderr } = await inorder(...args, '--json');
      if (code !== 0) throw new Error(`exit code ${String(code)}: ${stderr}`);
      return JSON.parse(stdout) as Record<string, unknown>;
    },
    kill: async () => {
      ops.kill('SIGKILL');
      await ops.exit;
    },
  };
};

const inorderOn =
  (server: string) =>
  (...args: string[]): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, INORDER_OPS: server, INORDER_ACTOR: 'anna' };
      const child = spawn('./inorder', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const outcome = { stdout: '', stderr: '' };
      child.stdout.on('data', (data: Buffer) => (outcome.stdout += data.toString()));
      child.stderr.on('data', (data: Buffer) => (outcome.stderr += data.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...outcome }));
    });
