/**
 * Thrown by a handler that must not be tried again before `afterMs`, e.g. because the other side limits the
 * rate. The event is parked until then, and it costs no attempt.
 */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  readonly afterMs: number;

  constructor(afterMs: number, reason: string) {
    super(reason);
    this.afterMs = afterMs;
  }
}
