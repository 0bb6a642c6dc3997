// `make clients`: calls the running system with third-party clients, each in its own language.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings } from '../deploy/local/settings.ts';
import { foreignClients } from './clients/catalogue.ts';
import type { Addresses, ForeignClient } from './clients/client.ts';
import { findProgram } from './clients/tools.ts';
import { findRunningSystem, isUp, type RunningSystem } from './demo/running-system.ts';
import { formatTable } from './demo/table.ts';

interface Outcome {
  client: ForeignClient;
  result: 'ok' | 'FAILED' | 'not installed';
  said: string;
}

const tryClient = async (client: ForeignClient, at: Addresses): Promise<Outcome> => {
  const missing = client.needs.filter(({ program }) => findProgram(program) === undefined);
  if (missing.length > 0) {
    const said = missing
      .map(({ program, remedy }) => `${program} is missing. ${remedy}`)
      .join('; ');
    return { client, result: 'not installed', said };
  }
  const folder = await mkdtemp(join(tmpdir(), `inorder-${client.name}-`));
  try {
    return { client, result: 'ok', said: (await client.check(join(folder, 'made'), at)).trim() };
  } catch (error) {
    return {
      client,
      result: 'FAILED',
      said: error instanceof Error ? error.message : String(error),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const tryAll = async (clients: readonly ForeignClient[], at: Addresses): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const client of clients) {
    console.log(`${client.name} ${client.version} …`);
    const outcome = await tryClient(client, at);
    const mark = outcome.result === 'ok' ? '' : `${outcome.result}: `;
    console.log(`  ${mark}${outcome.said.replaceAll('\n', '\n  ')}`);
    outcomes.push(outcome);
  }
  return outcomes;
};

const report = (outcomes: readonly Outcome[]): boolean => {
  const rows = outcomes.map(({ client, result, said }) => {
    const tried = result === 'ok' ? `${said.split('\n').length} things tried` : '';
    return [`${client.name} ${client.version}`, tried, result];
  });
  console.log(`\n${formatTable([['client', 'what was run', ''], ...rows])}\n`);
  const count = (wanted: Outcome['result']) =>
    outcomes.filter(({ result }) => result === wanted).length;
  const notRun = count('not installed');
  const absent = notRun === 0 ? '' : `, ${notRun} not run for want of tools (see above)`;
  console.log(`${count('ok')} ok, ${count('FAILED')} FAILED${absent}`);
  return count('FAILED') === 0;
};

const addressesOf = ({ loms, order, pvz, booking, ticket }: RunningSystem): Addresses => {
  const address = ({ grpcUrl, httpUrl }: RunningSystem['loms']) => ({
    grpc: new URL(grpcUrl).host,
    http: httpUrl,
  });
  return {
    loms: address(loms),
    order: address(order),
    pvz: address(pvz),
    booking: address(booking),
    ticket: address(ticket),
  };
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
});
const names = foreignClients.map(({ name }) => name);
const wrong = values.only?.filter((name) => !names.includes(name)) ?? [];
if (values.help) {
  console.log('node tools/clients.ts [--only NAME]…');
  console.log(`  against what \`make up\` runs; NAME is one of ${names.join(', ')}.`);
  console.log('  What is installed for it stays in .inorder/cache/clients.');
} else if (wrong.length > 0) {
  console.error(`There is no client ${wrong.join(', ')}; there is: ${names.join(', ')}.`);
  process.exitCode = 1;
} else {
  const up = findRunningSystem(loadSettings(process.env));
  const chosen = foreignClients.filter(({ name }) => values.only?.includes(name) ?? true);
  const isFine = (await isUp(up)) && report(await tryAll(chosen, addressesOf(up)));
  process.exitCode = isFine ? 0 : 1;
}
