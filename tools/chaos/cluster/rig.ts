import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closer } from '../engines.ts';
import { clockFromFile } from '../fake-clock.ts';
import { startRigOn, type AnyRig } from '../rig.ts';
import { mountDisk, type SmallDisk } from '../small-disk.ts';
import { startYardParts, type YardParts } from '../yard/rig.ts';
import { openClusterStores, type ClusterStores } from './stores.ts';

/** The rocket yard on three brokers and a Postgres with a standby. */
export interface ClusterRig extends AnyRig, YardParts, ClusterStores {
  /**
   * Sets the clocks of the first replicas of order, assembly, notification and publisher so many days ahead, or back.
   */
  readonly setClocks: (aheadDays: number) => Promise<void>;
  /** The disk to which notification-2 writes its log; undefined where we may not mount one. */
  readonly logDisk: SmallDisk | undefined;
  /** The keys of the messages that a fault itself has sent; no outbox knows them. */
  readonly planted: Set<string>;
  /** By topic, the offsets of its partitions below which everything has been checked and handled. */
  readonly checkedUpTo: Map<string, { partition: number; offset: string }[]>;
}

export const wrongClocks = ['order-1', 'assembly-1', 'notification-1', 'publisher-1'];
const dayMs = 86_400_000;
const logDiskMiB = 48;

export const startClusterRig = (): Promise<ClusterRig> => startRigOn(openStores, startYardParts);

const openStores = async (closers: Closer[]) => {
  const stores = await openClusterStores(closers);
  const clockFile = join(stores.folder, 'clock');
  const logFolder = join(stores.folder, 'log');
  const setClocks = (days: number) => replaceFile(clockFile, String(days * dayMs));
  await setClocks(0);
  await mkdir(logFolder);
  const logDisk = await mountDisk(logFolder, logDiskMiB);
  if (logDisk) closers.push(() => logDisk.unmount());
  const clock = clockFromFile(clockFile);
  return {
    ...stores,
    given: {
      ...stores.given,
      envOf: (name: string) => (wrongClocks.includes(name) ? clock : {}),
      stdoutOf: (name: string) =>
        logDisk && name === 'notification-2' ? join(logFolder, `${name}.log`) : undefined,
    },
    setClocks,
    logDisk,
    planted: new Set<string>(),
    checkedUpTo: new Map<string, { partition: number; offset: string }[]>(),
  };
};

/** Replaces the file atomically: a reader finds the old content or the new one. */
const replaceFile = async (file: string, content: string): Promise<void> => {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
};
