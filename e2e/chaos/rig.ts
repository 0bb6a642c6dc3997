import { openEngines, type Closer, type Engines } from './engines.ts';
import type { Part } from './part.ts';
import { createStarter, type Starter } from './parts.ts';

/** The system that the faults happen to. Its processes reach its two servers through proxies. */
export interface Rig extends Engines {
  readonly publishers: readonly Part[];
  /** Its processes, those that matter most first. */
  readonly parts: readonly Part[];
  /** Ends everything and removes the data. */
  close(): Promise<void>;
}

/** Starts the servers and then the processes, and waits until all are ready. */
export const startRig = async <Own extends object>(
  startParts: (starter: Starter, engines: Engines, closers: Closer[]) => Promise<Own>,
): Promise<Rig & Own> => {
  const closers: Closer[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const engines = await openEngines(closers);
    const starter = createStarter(engines);
    closers.push(() => Promise.all(starter.parts.map((part) => part.kill())));
    const own = await startParts(starter, engines, closers);
    await starter.ready();
    const { parts } = starter;
    const publishers = parts.filter(({ name }) => name.startsWith('publisher'));
    return { ...engines, ...own, publishers, parts, close };
  } catch (error) {
    await close();
    throw error;
  }
};
