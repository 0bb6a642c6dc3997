import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { services } from '../../deploy/services.ts';

const template = join(import.meta.dirname, 'template');

/** The placeholders of the template, each with what replaces it. */
export type Words = Readonly<Record<string, string>>;

/** Chooses the words of a new service, including ports above those of all other services. */
export const wordsOf = (name: string): Words => {
  const after = (ports: readonly (number | undefined)[]) =>
    String(Math.max(...ports.map((port) => port ?? 0)) + 1);
  return {
    __name__: name,
    __Name__: name.charAt(0).toUpperCase() + name.slice(1),
    __NAME__: name.toUpperCase(),
    __grpc__: after(services.map(({ ports }) => ('grpc' in ports ? ports.grpc : undefined))),
    // above the port range of the notifier's replicas
    __http__: after([9_119, ...services.map(({ ports }) => ports.http)]),
  };
};

const fill = (text: string, words: Words): string =>
  Object.entries(words).reduce((filled, [word, value]) => filled.replaceAll(word, value), text);

/** Writes the service's folder and its protos below `root`, and returns their paths. Refuses to overwrite a file. */
export const writeService = async (root: string, words: Words): Promise<string[]> => {
  const name = words['__name__'] ?? '';
  const folders: Record<string, string> = {
    service: `services/${name}`,
    proto: `proto/${name}/v1`,
  };
  const written: string[] = [];
  for (const path of globSync('**/*.tmpl', { cwd: template })) {
    const [kind = '', ...rest] = path.split('/');
    const file = join(folders[kind] ?? '', fill(rest.join('/'), words).replace(/[.]tmpl$/, ''));
    await mkdir(dirname(join(root, file)), { recursive: true });
    const text = fill(await readFile(join(template, path), 'utf8'), words);
    await writeFile(join(root, file), text, { flag: 'wx' });
    written.push(file);
  }
  return written.toSorted();
};
