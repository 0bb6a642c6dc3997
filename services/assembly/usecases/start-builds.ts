import { chooseBuildTimeSec, type BuildTimeRange } from '../domain/build-time.ts';
import type { Build } from '../domain/build.ts';

/** What a build needs to know of a paid order. */
export interface PaidOrder {
  readonly orderId: string;
  readonly userId: string;
  /** Headers of the event that announces the end of the build. */
  readonly headers: Readonly<Record<string, string>>;
}

export type StartedBuild = Build & Pick<PaidOrder, 'headers'>;

export interface StartBuildsDeps {
  buildTime: BuildTimeRange;
  random: () => number;
  /** Saves the builds, each with a timer for its end. An order that has a build already keeps that one. */
  saveStarted: (builds: readonly StartedBuild[]) => Promise<void>;
}

/** Starts a build for each order. Once committed, a build is finished even if this process dies. */
export const startBuilds =
  ({ buildTime, random, saveStarted }: StartBuildsDeps) =>
  (orders: readonly PaidOrder[]): Promise<void> =>
    saveStarted(
      orders.map((order) => ({
        ...order,
        buildTimeSec: chooseBuildTimeSec(buildTime, random()),
      })),
    );
