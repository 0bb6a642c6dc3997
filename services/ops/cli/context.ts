import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { Printer } from '#platform/cli/printer.ts';
import type { Client } from '@connectrpc/connect';

/** What a command works with. */
export interface CliContext extends Printer {
  client: Client<typeof OpsService>;
  /** Undefined when there is nobody to ask. */
  ask: ((question: string) => Promise<boolean>) | undefined;
  sleep: (ms: number) => Promise<void>;
  /** Reads a file, or stdin for `-`. */
  readText: (path: string) => Promise<string>;
}
