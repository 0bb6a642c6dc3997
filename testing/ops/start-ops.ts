import { spawn } from 'node:child_process';
import { runService, untilReady } from '../services/start-service.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningOps {
  server: string;
  /** Runs the command line as an operator's script does, without a terminal that could answer questions. */
  inorder: (...args: string[]) => Promise<Outcome>;
  /** Runs it with --json and returns the parsed output; throws when the command failed. */
  json: (...args: string[]) => Promise<Record<string, unknown>>;
  kill: () => Promise<void>;
}

/** Starts ops as a process with this database. */
export const startOps = async (databaseUrl: string, sources: string): Promise<RunningOps> => {
  const env = { DATABASE_URL: databaseUrl, OPS_SOURCES: sources, LOG_LEVEL: 'info' };
  const { process: ops, url: server } = await untilReady(runService('ops', env));
  const inorder = inorderOn(server);
  return {
    server,
    inorder,
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
