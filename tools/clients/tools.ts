import { createHash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { checkout } from '../../deploy/folders.ts';
import { runTied } from '../../deploy/local/run-tied.ts';

/** The folder with the sources of the third-party clients. */
export const sources = join(checkout, 'tools/clients');

/** Runs a program to its end and returns its output; on failure the error contains it. */
export const run = (
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> =>
  runTied(command, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });

/** Finds the machine's program of this name, ignoring those that npm installed; undefined when there is none. */
export const findProgram = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

interface Cached {
  name: string;
  /** Describes the contents with exact versions; when they change, so does the folder. */
  lock: string;
  fill: (folder: string) => Promise<unknown>;
}

/** Returns a folder of installed files, filling it the first time. An incomplete one is filled again. */
export const cached = async ({ name, lock, fill }: Cached): Promise<string> => {
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const folder = join(checkout, '.inorder/cache/clients', `${name}-${digest}`);
  const isWhole = join(folder, '.whole');
  if (existsSync(isWhole)) return folder;
  process.stderr.write(`${name}: installing, once …\n`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fill(folder);
  await writeFile(isWhole, '');
  return folder;
};

/** Returns the python of a virtual environment with exactly these requirements. */
export const pythonWith = async (name: string): Promise<string> => {
  const requirements = join(sources, name, 'requirements.txt');
  const folder = await cached({
    name,
    lock: await readFile(requirements, 'utf8'),
    fill: async (venv) => {
      await run(findProgram('python3') ?? 'python3', ['-m', 'venv', venv]);
      const quiet = ['-q', '--disable-pip-version-check', '--no-deps'];
      await run(join(venv, 'bin/python'), ['-m', 'pip', 'install', ...quiet, '-r', requirements]);
    },
  });
  return join(folder, 'bin/python');
};

/** Returns the folder with the node_modules of this package-lock.json. */
export const packagesOf = async (name: string): Promise<string> => {
  const lock = await readFile(join(sources, name, 'package-lock.json'), 'utf8');
  return cached({
    name,
    lock,
    fill: async (folder) => {
      await writeFile(join(folder, 'package-lock.json'), lock);
      await writeFile(
        join(folder, 'package.json'),
        await readFile(join(sources, name, 'package.json'), 'utf8'),
      );
      await run(findProgram('npm') ?? 'npm', ['ci', '--no-audit', '--no-fund'], {
        cwd: folder,
        env: {
          PATH: (process.env['PATH'] ?? '').split(delimiter).filter(isForeign).join(delimiter),
        },
      });
    },
  });
};

const isForeign = (folder: string): boolean => !folder.includes('node_modules');

/** Returns a Go program of an exact version, installing it the first time. */
export const goProgram = async (module: string, version: string): Promise<string> => {
  const program = module.split('/').at(-1) ?? module;
  const folder = await cached({
    name: program,
    lock: `${module}@${version}`,
    fill: (GOBIN) =>
      run(findProgram('go') ?? 'go', ['install', `${module}@${version}`], { env: { GOBIN } }),
  });
  return join(folder, program);
};

const mavenPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Returns the folder with the jars of a pom and of further artifacts (`group:artifact:version:type:classifier`). */
export const jarsOf = async (name: string, artifacts: readonly string[]): Promise<string> => {
  const pom = join(sources, name, 'pom.xml');
  return cached({
    name,
    lock: [await readFile(pom, 'utf8'), ...artifacts].join('\n'),
    fill: async (folder) => {
      const quiet = ['-q', '-B', '-f', pom];
      const into = `-DoutputDirectory=${folder}`;
      await run('mvn', [...quiet, `${mavenPlugin}:copy-dependencies`, `${into}/lib`]);
      for (const artifact of artifacts)
        await run('mvn', [
          ...quiet,
          `${mavenPlugin}:copy`,
          `-Dartifact=${artifact}`,
          `${into}/bin`,
        ]);
    },
  });
};

/** Compiles Java sources and runs their class `Check`. */
export const runJava = async (
  { folder, jars }: { folder: string; jars: string },
  args: readonly string[],
): Promise<string> => {
  const classPath = `${jars}/lib/*`;
  const files = globSync(`${folder}/**/*.java`).filter((path) => !path.includes('/src/test/'));
  const list = join(folder, 'sources.txt');
  await writeFile(list, files.join('\n'));
  const out = join(folder, 'classes');
  await run('javac', ['-nowarn', '-encoding', 'UTF-8', '-cp', classPath, '-d', out, `@${list}`]);
  return run('java', ['-cp', `${out}:${classPath}`, 'Check', ...args]);
};
