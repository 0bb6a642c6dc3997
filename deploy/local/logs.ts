// `make logs [s=name]`: prints the end of the logs of all parts, or of one, and follows them.
import { logFileOf } from './start-part.ts';
import { followLogs } from './follow-logs.ts';
import { findLiveRun } from './run-state.ts';
import { loadSettings } from './settings.ts';
import { topologyOf } from './topology.ts';

const own = loadSettings(process.env);
const settings = { ...own, ...findLiveRun(own.INORDER_HOME)?.observed };
const wanted = process.argv[2] ?? '';
const names = topologyOf(settings).map(({ name }) => name);
// `s=notifier` selects all three replicas; `s=pvz` selects the service of this name alone.
const chosen = names.includes(wanted) ? [wanted] : names.filter((name) => name.startsWith(wanted));
if (chosen.length === 0) {
  console.error(`There is no log ${wanted}; there are: ${names.join(', ')}`);
  process.exit(1);
}
const abort = new AbortController();
process.on('SIGINT', () => abort.abort()).on('SIGTERM', () => abort.abort());
const files = new Map(chosen.map((name) => [name, logFileOf(settings, name)]));
await followLogs({ files, backlogBytes: 65_536, signal: abort.signal });
