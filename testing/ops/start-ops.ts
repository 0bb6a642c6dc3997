import { runInorder, type Outcome } from '../run-inorder.ts';
import { runService, untilReady } from '../services/start-service.ts';

export interface RunningOps {
  server: string;
  /** Runs the command line as an operator's script does, without a terminal that could answer questions. */
  inorder: (...args: string[]) => Promise<Outcome>;
  /** Runs it with --json and returns the parsed output; throws when the command failed. */
  json: (...args: string[]) => Promise<Record<string, unknown>>;
  kill: () => Promise<void>;
}

/** Starts ops as a process with this database. */
export const startOps = async (
  databaseUrl: string,
  sources: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RunningOps> => {
  const KAFKA_BROKERS = process.env['TEST_KAFKA_BROKERS'] ?? '';
  const env = {
    KAFKA_BROKERS,
    ...more,
    DATABASE_URL: databaseUrl,
    OPS_SOURCES: sources,
    LOG_LEVEL: 'info',
  };
  const { process: ops, url: server } = await untilReady(runService('ops', env));
  const inorder = (...args: string[]) =>
    runInorder(args, { INORDER_OPS: server, INORDER_ACTOR: 'anna' });
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
