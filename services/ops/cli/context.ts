import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { Client } from '@connectrpc/connect';

/** What a command works with. */
export interface CliContext {
  client: Client<typeof OpsService>;
  /** Prints the result to stdout. */
  say: (text: string) => void;
  /** Prints progress to stderr. */
  note: (text: string) => void;
  isJson: boolean;
  /** Undefined when there is nobody to ask. */
  ask: ((question: string) => Promise<boolean>) | undefined;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Ends a command with this text on stderr and this exit code: 1 when it could not be done, 2 when it was used
 * wrongly.
 */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
