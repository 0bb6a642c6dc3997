// `make test-api`: makes the calls of README.md on the running system, and checks each.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { checkout } from '../deploy/folders.ts';
import { loadSettings, portOf, replicasOf, type LocalSettings } from '../deploy/local/settings.ts';
import { services } from '../deploy/services.ts';
import { findProgram } from './clients/tools.ts';
import { findRunningSystem, isUp } from './demo/running-system.ts';
import { readCalls, scriptOf, type Call } from './test-api/calls.ts';

const mark = '@@inorder ';
const timeoutMs = 180_000;

/** Replaces the default ports in README.md with those of the running system. */
const withPorts = (readme: string, settings: LocalSettings): string => {
  const moved = new Map<string, string>();
  for (const service of services) {
    const [{ grpc, http } = { grpc: undefined, http: undefined }] = replicasOf(service);
    if (grpc !== undefined) moved.set(`${service.ports.grpc}`, `${portOf(settings, grpc)}`);
    if (http !== undefined) moved.set(`${service.ports.http}`, `${portOf(settings, http)}`);
  }
  return readme.replaceAll(
    /\blocalhost:(\d+)/g,
    (_, port: string) => `localhost:${moved.get(port) ?? port}`,
  );
};

interface Outcome {
  call: Call;
  result: 'ok' | 'FAILED' | 'not run';
  output: string;
}

const judge = (call: Call, printed: string, at: number): Outcome => {
  const [, output = '', status] =
    new RegExp(`${mark}start ${at}\\n(.*?)\\n*${mark}end ${at} (\\d+)`, 's').exec(printed) ?? [];
  const program = call.command.split(' ')[0] ?? '';
  if (status === '127' && findProgram(program) === undefined)
    return { call, result: 'not run', output: `${program} is not installed.` };
  const isAsSaid =
    call.refusedWith === undefined
      ? status === '0'
      : // curl exits with 22 for a status of 400 and above
        status === '22' && output.includes(` ${call.refusedWith}`);
  return { call, result: isAsSaid ? 'ok' : 'FAILED', output };
};

const run = async (calls: readonly Call[]): Promise<Outcome[]> => {
  const child = spawn('bash', ['-c', scriptOf(calls, mark)], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: AbortSignal.timeout(timeoutMs),
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return calls.map((call, at) => judge(call, printed, at));
};

const settings = loadSettings(process.env);
if (await isUp(findRunningSystem(settings))) {
  const readme = readFileSync(join(checkout, 'README.md'), 'utf8');
  const outcomes = await run(readCalls(withPorts(readme, settings)));
  for (const { call, result, output } of outcomes) {
    console.log(`${result.padEnd(7)} ${call.command}`);
    if (result !== 'ok') console.log(`        ${output.replaceAll('\n', '\n        ')}`);
  }
  const count = (wanted: Outcome['result']) =>
    outcomes.filter(({ result }) => result === wanted).length;
  console.log(`\n${count('ok')} ok, ${count('FAILED')} FAILED, ${count('not run')} not run`);
  if (count('FAILED') > 0) process.exitCode = 1;
} else {
  process.exitCode = 1;
}
