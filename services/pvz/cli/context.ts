import type { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import type { Answers } from '#platform/cli/answers.ts';
import type { Trust } from '#platform/cli/connection.ts';
import type { Peer } from '#platform/cli/failure-words.ts';
import type { Printer } from '#platform/cli/printer.ts';
import type { Client } from '@connectrpc/connect';
import type { ImportProgress } from './import-progress.ts';

/** What a command works with. */
export interface PvzCli extends Printer {
  client: Client<typeof PvzService>;
  /** Undefined when there is nobody to ask. */
  openAnswers: (() => Answers) | undefined;
  sleep: (ms: number) => Promise<void>;
  /** Where an import is sent, and with what. */
  peer: Peer;
  trust: Trust;
  /** `totalBytes` is undefined when nobody knows how much will come. */
  openProgress: (totalBytes: number | undefined) => ImportProgress;
}
