import { execFileSync, spawnSync } from 'node:child_process';

/** The account that Postgres runs as; undefined means the current user. */
export interface Account {
  uid: number;
  gid: number;
}

/** Postgres refuses to run as root, so for root it picks another account that exists on this machine. */
export const postgresAccount = (): Account | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody', 'daemon']) {
    const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }));
    try {
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      continue; // the machine has no account of this name
    }
  }
  throw new Error(
    'Postgres refuses to run as root, and there is no account postgres, nobody or daemon to run it as. ' +
      'Create one (useradd --system postgres), or run make as another user.',
  );
};

/** Whether the account can reach the folder, i.e. may pass through every folder above it. */
export const canReach = (folder: string, account: Account | undefined): boolean =>
  account === undefined ||
  spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...account, cwd: '/' }).status === 0;
