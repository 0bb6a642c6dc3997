import { createClient, createRouterTransport, type ConnectRouter } from '@connectrpc/connect';
import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { CliContext } from '../../services/ops/cli/context.ts';
import { createProgram } from '../../services/ops/cli/program.ts';

export interface OpsProgram {
  run: (...args: string[]) => Promise<unknown>;
  /** What was printed to stdout. */
  said: string[];
  /** What was printed to stderr. */
  noted: string[];
}

/** The command line of ops with an ops that answers as the routes say; it does not sleep, and reads no files. */
export const createOpsProgram = (
  routes: (router: ConnectRouter) => void,
  given: Partial<Pick<CliContext, 'ask' | 'readText'>> = {},
): OpsProgram => {
  const said: string[] = [];
  const noted: string[] = [];
  const context: CliContext = {
    client: createClient(OpsService, createRouterTransport(routes)),
    say: (text) => void said.push(text),
    note: (text) => void noted.push(text),
    isJson: false,
    ask: () => Promise.resolve(true),
    sleep: () => Promise.resolve(),
    readText: () => Promise.reject(new Error('No file is expected.')),
    ...given,
  };
  const program = createProgram({
    peer: { name: 'ops', url: 'http://localhost', setting: 'INORDER_OPS' },
    actor: 'anna',
    now: () => new Date('2026-11-30T10:00:00Z'),
    open: () => context,
  });
  return { said, noted, run: (...args) => program.parseAsync(args, { from: 'user' }) };
};
