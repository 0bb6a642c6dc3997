import type { Logger } from '#platform/base/logger.ts';
import { listenForWakeUps } from '#platform/database/wake-up-listener.ts';
import { requeueChannel, wakeUpChannel } from '#platform/database/wake-up.ts';
import type { Membership } from './membership.ts';
import type { Source } from './source.ts';
import type { KnownSchemas } from './usecases/known-schemas.ts';

export interface LoopParts {
  databaseUrl: string;
  schemas: KnownSchemas;
  membership: Membership;
  sources: readonly Source[];
  logger: Logger;
  /** The lease outlasts the loops: work in hand needs it. Its fault is reported here. */
  onLeaseFault: (error: unknown) => void;
}

/** All that runs until the signal aborts; ends after the work in hand. */
export const runLoops = async (parts: LoopParts, stopping: AbortSignal): Promise<void> => {
  await Promise.all([parts.schemas.run(stopping), publish(parts, stopping)]);
};

const publish = async (parts: LoopParts, stopping: AbortSignal): Promise<void> => {
  const { schemas, membership, sources, logger, databaseUrl: url } = parts;
  const { lease, channel } = membership;
  // until then it must own nothing: another publisher may know the schemas
  await schemas.usable;
  if (stopping.aborted) return;
  const wakers = new Map([[channel, () => lease.nudge()], ...sources.flatMap(wakersOf)]);
  const onWakeUp = (name: string) => wakers.get(name)?.();
  lease.run().catch(parts.onLeaseFault);
  await Promise.all([
    ...sources.map((source) => source.run(stopping)),
    listenForWakeUps({ url, logger, channels: [...wakers.keys()], onWakeUp }, stopping),
  ]);
};

const wakersOf = ({ name, wake, lookAgain }: Source): [channel: string, act: () => void][] => [
  [wakeUpChannel(name), wake],
  [requeueChannel(name), lookAgain],
];
