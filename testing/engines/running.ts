import type { Engine } from '../../deploy/local/engine.ts';

interface RunningEngines {
  folder?: string;
  started: Engine[];
}

const holder = globalThis as { inorderTestEngines?: RunningEngines };

/** What setup has started, for teardown: the two share nothing but the process that jest runs them in. */
export const engines: RunningEngines = (holder.inorderTestEngines ??= { started: [] });
