// `make ps`: lists what runs, on which ports, and whether it is ready at this moment.
import { isPortFree } from './port-free.ts';
import { findLiveRun, type PartState } from './run-state.ts';
import { loadSettings, portOf } from './settings.ts';
import { answersReady } from './start-part.ts';
import { topologyOf } from './topology.ts';

const own = loadSettings(process.env);
const live = findLiveRun(own.INORDER_HOME);
const settings = { ...own, ...live?.observed };
const parts = new Map(topologyOf(settings).map((part) => [part.name, part]));

const rowOf = async ({ name, state, pid, restarts }: PartState): Promise<string[]> => {
  const part = parts.get(name);
  const ports = part?.ports.map((setting) => settings[setting]) ?? [];
  return [
    name,
    String(pid ?? '-'),
    state,
    ports.join(',') || '-',
    await isReady(name),
    String(restarts),
  ];
};

const isReady = async (name: string): Promise<string> => {
  const part = parts.get(name);
  const [port] = part?.ports ?? [];
  if (part === undefined || port === undefined) return '-';
  const yes =
    part.kind === 'service'
      ? await answersReady(portOf(settings, part.httpPort))
      : !(await isPortFree(portOf(settings, port)));
  return yes ? 'yes' : 'no';
};

const print = (rows: readonly string[][]): void => {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
};

if (live) {
  const rows = await Promise.all(live.parts.map(rowOf));
  print([['NAME', 'PID', 'STATE', 'PORTS', 'READY', 'RESTARTS'], ...rows]);
} else {
  console.log('inorder is not up: make up');
}
