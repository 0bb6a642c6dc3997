import { openEngines, type Closer, type Engines, type Stores } from './engines.ts';
import type { Part } from '../../testing/engines/part.ts';
import { createStarter, type StartedPart, type Starter } from './parts.ts';

/** The system under test, on any kind of Postgres and Kafka. */
export interface AnyRig extends Stores {
  readonly publishers: readonly Part[];
  /** Its processes, the most important ones first. */
  readonly parts: readonly StartedPart[];
  /** Stops everything and removes the data. */
  close(): Promise<void>;
}

/** A system on one Postgres and one Kafka broker. */
export interface Rig extends AnyRig, Engines {}

export type StartParts<Own extends object, S extends Stores = Stores> = (
  starter: Starter,
  stores: S,
  closers: Closer[],
) => Promise<Own>;

/** Starts one Postgres, one Kafka broker and then the processes, and waits until all are ready. */
export const startRig = <Own extends object>(
  startParts: StartParts<Own, Engines>,
): Promise<Rig & Own> => startRigOn(openEngines, startParts);

/** Likewise, on other servers. */
export const startRigOn = async <S extends Stores, Own extends object>(
  open: (closers: Closer[]) => Promise<S>,
  startParts: StartParts<Own, S>,
): Promise<AnyRig & S & Own> => {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const stores = await open(closers);
    const starter = createStarter(stores);
    closers.push(() => Promise.all(starter.parts.map((part) => part.kill())));
    const own = await startParts(starter, stores, closers);
    await starter.ready();
    const { parts } = starter;
    const publishers = parts.filter(({ name }) => name.startsWith('publisher'));
    return { ...stores, ...own, publishers, parts, close };
  } catch (error) {
    await close();
    throw error;
  }
};
