import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { openAnswers } from '#platform/cli/answers.ts';
import { createTransport, readTrust } from '#platform/cli/connection.ts';
import { toFailure, type Peer } from '#platform/cli/failure-words.ts';
import { createPrinter } from '#platform/cli/printer.ts';
import { runProgram, type Common } from '#platform/cli/program.ts';
import { waitWhenTold } from '#platform/cli/wait-when-told.ts';
import { createClient } from '@connectrpc/connect';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PvzCli } from './context.ts';
import { openImportProgress } from './import-progress.ts';
import { createProgram } from './program.ts';

const timeoutMs = 30_000;

const peer: Peer = {
  name: 'pvz',
  url: process.env['INORDER_PVZ'] ?? 'http://127.0.0.1:8081',
  setting: 'INORDER_PVZ',
};

const open = (options: Common): PvzCli => {
  peer.url = options.server;
  const printer = createPrinter(options.json);
  const trust = readTrust(process.env);
  const waiting = { note: printer.note, sleep: (ms: number) => sleep(ms) };
  const interceptors = [waitWhenTold(waiting)];
  return {
    ...printer,
    ...waiting,
    enumStyle: 'lower',
    peer,
    trust,
    client: createClient(
      PvzService,
      createTransport({ url: peer.url, trust, timeoutMs, interceptors }),
    ),
    openAnswers: process.stdin.isTTY && process.stdout.isTTY ? openAnswers : undefined,
    openProgress: openImportProgress,
  };
};

const program = createProgram({ peer, now: () => new Date(), open });
await runProgram(program, (error) => toFailure(error, peer));
