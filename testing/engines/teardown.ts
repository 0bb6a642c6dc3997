import { rm } from 'node:fs/promises';
import { engines } from './running.ts';

/** Stops what setup has started and removes its data. */
const teardown = async (): Promise<void> => {
  for (const engine of engines.started.splice(0)) {
    engine.kill('SIGKILL');
    await engine.exited;
  }
  if (engines.folder !== undefined) await rm(engines.folder, { recursive: true, force: true });
  delete engines.folder;
};

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default teardown;
