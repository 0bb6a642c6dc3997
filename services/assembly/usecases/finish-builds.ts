import type { Clock } from '#platform/base/clock.ts';
import type { Build, FinishedBuild } from '../domain/build.ts';

export interface FinishBuildsDeps {
  now: Clock;
  /** A new UUID v7. */
  newEventId: () => string;
  /** Ends those of the orders' builds that are under way, and gives them with their events' sequence. */
  completeBuilds: (
    orderIds: readonly string[],
    finishedAt: Date,
  ) => Promise<readonly (Build & { sequence: bigint })[]>;
  /** Tells of them, in the same transaction. */
  announce: (builds: readonly FinishedBuild[]) => Promise<void>;
}

/** Ends the builds of these orders; one that has ended before is left as it is, and not told of again. */
export const finishBuilds =
  ({ now, newEventId, completeBuilds, announce }: FinishBuildsDeps) =>
  async (orderIds: readonly string[]): Promise<void> => {
    const finishedAt = now();
    const builds = await completeBuilds(orderIds, finishedAt);
    await announce(builds.map((build) => ({ ...build, eventId: newEventId(), finishedAt })));
  };
