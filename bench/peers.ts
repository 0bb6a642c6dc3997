// `make bench-peers`: compares this publisher with its alternatives. See `node bench/peers.ts --help`.
import { mkdir, writeFile } from 'node:fs/promises';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { comparePeers } from './peers/compare-peers.ts';
import { debezium, debeziumTuned } from './peers/debezium/peer.ts';
import { inorder } from './peers/inorder.ts';
import { naive } from './peers/naive-peer.ts';
import { readOptions, type Options } from './peers/options.ts';
import { polling, pollingTuned, replication } from './peers/pg-transactional-outbox/peers.ts';
import { notesOf, readmeTableOf, tableOf } from './peers/report.ts';
import { openStation, type Station } from './peers/station.ts';

const all = [inorder, naive, debezium, debeziumTuned, polling, pollingTuned, replication];

const run = async (options: Options): Promise<void> => {
  const opened: Promise<Station>[] = [];
  const end = new AbortController();
  const closeAll = async () => {
    const stations = await Promise.allSettled(opened);
    await Promise.allSettled(
      stations.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])),
    );
  };
  const interrupt = () => {
    console.log('stopping …');
    end.abort(new Error('stopped by a signal'));
    // the measurement in progress now fails in many places at once
    process.on('unhandledRejection', () => undefined).on('uncaughtException', () => undefined);
    void closeAll().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const peers = all.filter(({ letter }) => options.only.some((wanted) => wanted === letter));
    const comparison = await comparePeers(peers, options, {
      signal: end.signal,
      open: (peer) => {
        const opening = openStation(peer);
        opened.push(opening);
        return opening;
      },
    });
    const table = tableOf(comparison);
    const notes = notesOf(comparison, options);
    const shown = `## As README shows it\n\n${readmeTableOf(comparison)}`;
    console.log(`\n${table}\n\n${shown}\n\n${notes}`);
    if (!options.isWhole) return;
    await mkdir('bench/results', { recursive: true });
    await writeFile(
      'bench/results/peers.md',
      `# bench-peers\n\n\`\`\`\n${table}\n\`\`\`\n\n${notes}\n\n${shown}\n`,
    );
  } finally {
    await closeAll();
  }
};

leaveWhenIdle();
try {
  const options = readOptions(process.argv.slice(2));
  if (options) await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode ??= 1;
}
