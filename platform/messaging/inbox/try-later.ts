/**
 * Thrown by a handler that must not be tried again for `afterMs` milliseconds, e.g. because another service limits
 * the rate of calls. The event is parked for that time, and no attempt is counted.
 */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly afterMs: number;

  constructor(afterMs: number, reason: string) {
    super(reason);
    this.afterMs = afterMs;
  }
}
