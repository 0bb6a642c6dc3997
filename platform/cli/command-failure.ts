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
