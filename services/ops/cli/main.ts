import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { CommandFailure } from '#platform/cli/command-failure.ts';
import { openAnswers } from '#platform/cli/answers.ts';
import { createTransport, readTrust } from '#platform/cli/connection.ts';
import { toFailure, type Peer } from '#platform/cli/failure-words.ts';
import { messageOf } from '#platform/cli/message-of.ts';
import { createPrinter } from '#platform/cli/printer.ts';
import { runProgram, type Common } from '#platform/cli/program.ts';
import { createClient } from '@connectrpc/connect';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliContext } from './context.ts';
import { createProgram } from './program.ts';

// longer than the slowest search that ops allows
const timeoutMs = 45_000;

const peer: Peer = {
  name: 'ops',
  url: process.env['INORDER_OPS'] ?? 'http://127.0.0.1:8070',
  setting: 'INORDER_OPS',
  hints: {
    'source-missing': 'Name it with --source.',
    'registry-away': 'It comes up after everything else: try again in a moment.',
  },
};

const ask = async (question: string): Promise<boolean> => {
  const answers = openAnswers();
  const answer = (await answers.ask(`${question} [y/N] `)) ?? '';
  answers.close();
  return /^y(es)?$/i.test(answer.trim());
};

const readText = async (path: string): Promise<string> => {
  try {
    return await (path === '-' ? text(process.stdin) : readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${path} cannot be read: ${messageOf(error)}`, 2);
  }
};

const open = (options: Common): CliContext => {
  peer.url = options.server;
  const transport = createTransport({ url: peer.url, trust: readTrust(process.env), timeoutMs });
  return {
    ...createPrinter(options.json),
    client: createClient(OpsService, transport),
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    sleep: (ms) => sleep(ms),
    readText,
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
const program = createProgram({ peer, actor, now: () => new Date(), open });
await runProgram(program, (error) => toFailure(error, peer));
