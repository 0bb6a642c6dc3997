/** A ship that is built for a paid order. */
export interface Build {
  readonly orderId: string;
  readonly userId: string;
  /** The build time in whole seconds. */
  readonly buildTimeSec: number;
}

/** A build that has ended, as the event announces it. */
export interface FinishedBuild extends Build {
  /** UUID v7 of the event. */
  readonly eventId: string;
  readonly finishedAt: Date;
  /** How many events the build of this order has emitted, including this one. */
  readonly sequence: bigint;
}
