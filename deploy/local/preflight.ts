import { mkdir, statfs } from 'node:fs/promises';
import { environmentOf } from './environment.ts';
import { isPortFree } from './port-free.ts';
import { findPortHolder } from './port-holder.ts';
import { portOf, type LocalSettings, type PortSetting } from './settings.ts';
import type { Part } from './part.ts';

const neededBytes = 1024 ** 3;

/**
 * Checks, before anything is started, that the settings are valid, that there is enough disk space, and that the
 * ports are free.
 */
export const preflight = async (
  parts: readonly Part[],
  settings: LocalSettings,
  command = 'make up',
): Promise<void> => {
  for (const part of parts) if (part.kind === 'service') environmentOf(part);
  await mkdir(settings.INORDER_HOME, { recursive: true });
  const { bavail, bsize } = await statfs(settings.INORDER_HOME);
  if (bavail * bsize < neededBytes) {
    throw new Error(
      `Less than 1 GiB is free where ${settings.INORDER_HOME} lies. Make room, or put the data elsewhere: ` +
        `INORDER_HOME=/some/folder ${command}`,
    );
  }
  const taken: string[] = [];
  const seen = new Map<number, PortSetting>();
  for (const { setting, part } of portsOf(parts)) {
    const port = portOf(settings, setting);
    const twin = seen.get(port);
    if (twin) taken.push(`Port ${port} is wanted by both ${twin} and ${setting}; change one.`);
    else if (!(await isPortFree(port)))
      taken.push(takenSentence(port, setting, part.name) + command);
    seen.set(port, setting);
  }
  if (taken.length > 0) throw new Error(taken.join('\n'));
};

const portsOf = (parts: readonly Part[]) =>
  parts.flatMap((part) => part.ports.map((setting) => ({ setting, part })));

const takenSentence = (port: number, setting: PortSetting, name: string): string => {
  const holder = findPortHolder(port);
  const by = holder === undefined ? 'another process' : `${holder.command} (pid ${holder.pid})`;
  return (
    `Port ${port}, which ${name} needs, is taken by ${by}. Stop that, or choose another port: ` +
    `${setting}=${port + 10_000 > 65_535 ? port - 10_000 : port + 10_000} `
  );
};
