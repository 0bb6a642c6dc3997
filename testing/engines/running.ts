import type { Engine } from '../../deploy/local/engine.ts';

interface RunningEngines {
  folder?: string;
  started: Engine[];
}

const holder = globalThis as { inorderTestEngines?: RunningEngines };

/** What setup has started, for teardown. The two share nothing but jest's process. */
export const engines: RunningEngines = (holder.inorderTestEngines ??= { started: [] });
