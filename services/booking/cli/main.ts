import { BookingService } from '#gen/booking/v1/booking_pb.ts';
import { createTransport, readTrust } from '#platform/cli/connection.ts';
import { toFailure, type Peer } from '#platform/cli/failure-words.ts';
import { createPrinter } from '#platform/cli/printer.ts';
import { runProgram, type Common } from '#platform/cli/program.ts';
import { createClient } from '@connectrpc/connect';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BookingCli } from './context.ts';
import { createProgram } from './program.ts';
import { openReportProgress } from './report-progress.ts';

const timeoutMs = 30_000;

const peer: Peer = {
  name: 'booking',
  url: process.env['INORDER_BOOKING'] ?? 'http://127.0.0.1:8090',
  setting: 'INORDER_BOOKING',
};

const open = (options: Common): BookingCli => {
  peer.url = options.server;
  const transport = createTransport({ url: peer.url, trust: readTrust(process.env), timeoutMs });
  return {
    ...createPrinter(options.json),
    client: createClient(BookingService, transport),
    sleep: (ms) => sleep(ms),
    openProgress: openReportProgress,
  };
};

await runProgram(createProgram({ peer, open }), (error) => toFailure(error, peer));
