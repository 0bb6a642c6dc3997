// `make run s=NAME`: runs one service, or one init step such as `topics`, in the foreground. It uses the engines and
// services that `make up` or `make kafka-up` has started.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from '../folders.ts';
import { environmentOf } from './environment.ts';
import { isPortFree } from './port-free.ts';
import type { ServicePart, TaskPart } from './part.ts';
import { preflight } from './preflight.ts';
import { loadSettings, portOf, type LocalSettings } from './settings.ts';
import { topologyOf } from './topology.ts';

const main = async (wanted: string | undefined): Promise<void> => {
  const settings = loadSettings(process.env);
  const parts = topologyOf(settings).filter(
    (part) => part.kind === 'service' || part.kind === 'task',
  );
  const named = parts.filter((part) => [part.name, deploymentOf(part)].includes(wanted));
  const [first] = named;
  if (first === undefined) throw new Error(`${refusalOf(wanted)} ${namesOf(parts)}`);
  const part = (await findIdle(named, settings)) ?? first;
  await preflight([part], settings, `make run s=${wanted}`);
  // for the person at the terminal
  Object.assign(process.env, { LOG_FORMAT: 'text' }, environmentOf(part));
  // The service runs inside this process, so that signals, exit code and terminal are its own.
  await import(pathToFileURL(join(checkout, part.entry)).href);
};

const deploymentOf = (part: ServicePart | TaskPart) =>
  part.kind === 'service' ? part.deployment : undefined;

const refusalOf = (wanted: string | undefined): string =>
  wanted === undefined ? 'Say which service: make run s=NAME.' : `There is no service ${wanted}.`;

const namesOf = (parts: readonly (ServicePart | TaskPart)[]): string =>
  `There are: ${[...new Set(parts.map((part) => deploymentOf(part) ?? part.name))].join(', ')}.`;

/** Finds the first replica of the service that is not running yet. */
const findIdle = async (parts: readonly (ServicePart | TaskPart)[], settings: LocalSettings) => {
  for (const part of parts) {
    const free = part.ports.map((setting) => isPortFree(portOf(settings, setting)));
    if ((await Promise.all(free)).every(Boolean)) return part;
  }
  return undefined;
};

await main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
