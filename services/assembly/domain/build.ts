/** A ship that is built for a paid order. */
export interface Build {
  readonly orderId: string;
  readonly userId: string;
  /** How long it takes, whole seconds. */
  readonly buildTimeSec: number;
}

/** Its end, which is announced. */
export interface FinishedBuild extends Build {
  /** UUID v7 of the event. */
  readonly eventId: string;
  readonly finishedAt: Date;
  /** How many events the order's build has emitted, this one included. */
  readonly sequence: bigint;
}
