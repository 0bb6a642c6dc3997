import type { OpsService } from '#gen/ops/v1/ops_pb.ts';
import type { Client } from '@connectrpc/connect';

/** What a command has to work with. */
export interface CliContext {
  client: Client<typeof OpsService>;
  /** To stdout: the result. */
  say: (text: string) => void;
  /** To stderr: how it goes on. */
  note: (text: string) => void;
  isJson: boolean;
  /** Undefined: there is nobody to ask. */
  ask: ((question: string) => Promise<boolean>) | undefined;
  sleep: (ms: number) => Promise<void>;
}

/** A command ends with this text on stderr and this exit code: 1 it could not be done, 2 it was asked wrongly. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
