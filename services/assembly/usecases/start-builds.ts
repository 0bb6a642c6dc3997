import { chooseBuildTimeSec, type BuildTimeRange } from '../domain/build-time.ts';
import type { Build } from '../domain/build.ts';

/** An order that was paid, as far as its build goes. */
export interface PaidOrder {
  readonly orderId: string;
  readonly userId: string;
  /** For the event at the build's end. */
  readonly headers: Readonly<Record<string, string>>;
}

export type StartedBuild = Build & Pick<PaidOrder, 'headers'>;

export interface StartBuildsDeps {
  buildTime: BuildTimeRange;
  random: () => number;
  /** Keeps the builds, each with a timer for its end. An order that has a build already keeps that one. */
  saveStarted: (builds: readonly StartedBuild[]) => Promise<void>;
}

/** Begins a build for each order. It is under way from the commit on, whoever is killed. */
export const startBuilds =
  ({ buildTime, random, saveStarted }: StartBuildsDeps) =>
  (orders: readonly PaidOrder[]): Promise<void> =>
    saveStarted(
      orders.map((order) => ({
        ...order,
        buildTimeSec: chooseBuildTimeSec(buildTime, random()),
      })),
    );
