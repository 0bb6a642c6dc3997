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
  /** Called when holding the lease fails. The lease outlasts the loops, because work in progress needs it. */
  onLeaseFault: (error: unknown) => void;
}

/** Runs until the signal aborts; resolves when work in progress is finished. */
export const runLoops = async (parts: LoopParts, stopping: AbortSignal): Promise<void> => {
  await Promise.all([parts.schemas.run(stopping), publish(parts, stopping)]);
};

const publish = async (parts: LoopParts, stopping: AbortSignal): Promise<void> => {
  const { schemas, membership, sources, logger, databaseUrl: url } = parts;
  const { lease, channel } = membership;
  // Claims no bucket until the schemas are known: a publisher that knows them can send meanwhile.
  await schemas.usable;
  if (stopping.aborted) return;
  const wakers = new Map([[channel, () => lease.wakeUp()], ...sources.flatMap(wakersOf)]);
  const onWakeUp = (name: string) => wakers.get(name)?.();
  lease.run().catch(parts.onLeaseFault);
  await Promise.all([
    ...sources.map((source) => source.run(stopping)),
    listenForWakeUps({ url, logger, channels: [...wakers.keys()], onWakeUp }, stopping),
  ]);
};

const wakersOf = ({ name, wake, onRequeued }: Source): [channel: string, act: () => void][] => [
  [wakeUpChannel(name), wake],
  [requeueChannel(name), onRequeued],
];
