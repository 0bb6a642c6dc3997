// `make down`: asks the supervisor to stop everything in reverse order, and waits until it has ended.
import { setTimeout as delay } from 'node:timers/promises';
import { findLiveRun, isAlive } from './run-state.ts';
import { loadSettings } from './settings.ts';

const home = loadSettings(process.env).INORDER_HOME;
const live = findLiveRun(home);
if (live) {
  const startedAt = performance.now();
  process.kill(live.supervisor, 'SIGTERM');
  console.log('stopping …');
  while (isAlive(live.supervisor)) await delay(50);
  const took = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`inorder is down (${took} s); the data stay in ${home}`);
} else {
  console.log('inorder is not up: nothing to stop.');
}
