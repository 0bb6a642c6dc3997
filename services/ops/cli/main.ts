import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliContext } from './context.ts';
import { toFailure } from './failure-words.ts';
import { createProgram } from './program.ts';

// longer than the slowest search that ops allows
const timeoutMs = 45_000;

let server = process.env['INORDER_OPS'] ?? 'http://127.0.0.1:8070';

const ask = async (question: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
};

const withToken =
  (token: string | undefined): Interceptor =>
  (next) =>
  (request) => {
    if (token) request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };

const open = (options: { server: string; json: boolean }): CliContext => {
  ({ server } = options);
  const ca = process.env['INORDER_CA_FILE'];
  const transport = createConnectTransport({
    baseUrl: server,
    httpVersion: '1.1',
    defaultTimeoutMs: timeoutMs,
    nodeOptions: ca ? { ca: readFileSync(ca) } : {},
    interceptors: [withToken(process.env['INORDER_TOKEN'])],
  });
  return {
    client: createClient(OpsService, transport),
    say: (text) => console.log(text),
    note: (text) => console.error(text),
    isJson: options.json,
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    sleep: (ms) => sleep(ms),
  };
};

/** The name of the account, or its number: some accounts have no name, e.g. in a container. */
const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};

const actor = process.env['INORDER_ACTOR'] ?? accountName();
try {
  await createProgram({ server, actor, now: () => new Date(), open }).parseAsync();
} catch (error) {
  // Commander has printed the error already. Its own exit code for wrong usage is 1; here it is 2.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const failure = toFailure(error, server);
    if (!failure) throw error;
    console.error(failure.message);
    process.exitCode = failure.exitCode;
  }
}
