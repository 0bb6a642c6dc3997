// `make alerts-drill`: starts a system of its own with a Prometheus, makes each alert fire by a fault, ends the fault, and
// waits until the alert has cleared.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createLocalSystem } from '../testing/engines/local-system.ts';
import { startProcess } from '../testing/engines/process.ts';
import type { Fault } from './alerts-drill/fault.ts';
import { faults } from './alerts-drill/faults.ts';
import { playFault } from './alerts-drill/play-fault.ts';
import { formatReport, type Entry } from './alerts-drill/report.ts';
import { openRig, type Rig } from './alerts-drill/rig.ts';

const reportFile = 'bench/results/alerts.md';

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const chosen = faults.filter(
  ({ alerts }) => only === undefined || Object.keys(alerts).includes(only),
);
if (chosen.length === 0) {
  console.error(`No fault makes ${only ?? ''} fire.`);
  process.exit(2);
}

/** Plays a fault and prints what became of it; undefined when an alert did not fire or clear. */
const play = async (rig: Rig, fault: Fault): Promise<Entry[] | undefined> => {
  console.log(`\n${fault.what}`);
  try {
    const outcomes = await playFault(rig, fault);
    for (const { alert, summary, firedAfterSeconds, clearedAfterSeconds } of outcomes)
      console.log(
        `  ${alert} fired after ${firedAfterSeconds.toFixed(0)} s and cleared ${clearedAfterSeconds.toFixed(0)} s after the end: ${summary}`,
      );
    return outcomes.map((outcome) => ({ what: fault.what, ...outcome }));
  } catch (error) {
    console.log(`  FAILED: ${Error.isError(error) ? error.message : String(error)}`);
    return undefined;
  }
};

const system = await createLocalSystem({ SCHEMA_REGISTRY: 'on' });
try {
  console.log('Starting a system, and calls so that each topic has a message …');
  const { code, output } = await system.run('up', '-d');
  if (code !== 0) throw new Error(output);
  await startProcess({ name: 'test-api', entry: 'tools/test-api.ts', env: system.env }).exit;
  const rig = await openRig(system);
  const played: (Entry[] | undefined)[] = [];
  for (const fault of chosen) played.push(await play(rig, fault));
  await rig.close();
  const entries = played.flatMap((each) => each ?? []);
  const failed = played.filter((each) => each === undefined).length;
  if (failed === 0 && only === undefined)
    await writeFile(reportFile, formatReport(entries, new Date()));
  console.log(`\n${entries.length} alerts fired and cleared, ${failed} faults FAILED`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await system.close();
}
