import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const patches = fileURLToPath(new URL('.', import.meta.url));

/** The path of a bug's patch. */
export const patchFile = (name: string): string => join(patches, `${name}.patch`);

/** Rejects with git's message when the patch does not apply to the present tree. */
export const checkPatch = (name: string): Promise<unknown> =>
  execute('git', ['apply', '--check', patchFile(name)], { cwd: checkout });

export interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

/** A copy of the present tree, into which bugs can be put. */
export interface TreeCopy {
  patch(name: string): Promise<unknown>;
  unpatch(name: string): Promise<unknown>;
  /** Runs one test file, or only the tests in it whose title matches. */
  test(project: string, file: string, title?: string): Promise<Outcome>;
  remove(): Promise<void>;
}

export const copyTree = async (): Promise<TreeCopy> => {
  const copy = await mkdtemp(join(tmpdir(), 'inorder-seeded-'));
  const git = (...args: string[]) => execute('git', args, { cwd: copy });
  const { stdout } = await execute('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: checkout,
    maxBuffer: 1e8,
  });
  for (const file of stdout.split('\0').filter(Boolean)) {
    await cp(join(checkout, file), join(copy, file)).catch(ignoreMissing);
  }
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  // outside a repository, `git apply` takes the working directory as the root
  return {
    patch: (name) => git('apply', patchFile(name)),
    unpatch: (name) => git('apply', '--reverse', patchFile(name)),
    test: (project, file, title) =>
      runJest(copy, ['--selectProjects', project, '--testPathPatterns', file, ...only(title)]),
    remove: () => rm(copy, { recursive: true, force: true }),
  };
};

// the file has been deleted, but that is not committed yet
const ignoreMissing = (error: unknown): void => {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
};

const only = (title: string | undefined): string[] =>
  title === undefined ? [] : ['--testNamePattern', `^${RegExp.escape(title)}`];

const runJest = async (cwd: string, args: readonly string[]): Promise<Outcome> => {
  const command = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...args];
  const options = { cwd, maxBuffer: 1e8, timeout: 120_000 };
  try {
    const { stdout, stderr } = await execute(process.execPath, command, options);
    return { passed: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { passed: false, output: stdout + stderr };
  }
};
