import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { checkout } from './folders.ts';
import { loadSettings, localSettings } from './local/settings.ts';
import { topologyOf } from './local/topology.ts';
import { services } from './services.ts';

/**
 * The files that the repository keeps in deploy/env, generated from the services' settings: path from the checkout →
 * content.
 */
export const settingsFiles = async (): Promise<ReadonlyMap<string, string>> => {
  const up = templateOf(headOfUp, localSettings);
  const files = new Map([['deploy/env/up.env.template', up]]);
  for (const path of globSync('services/*/config.ts', { cwd: checkout }).toSorted()) {
    const { configSchema } = (await import(join(checkout, path))) as { configSchema: z.ZodObject };
    const name = basename(dirname(path));
    for (const deployment of deploymentsOf(name)) {
      const template = templateOf(headOf(deployment), configSchema, setByUp(deployment));
      files.set(`deploy/env/${deployment}.env.template`, template);
    }
    files.set(`deploy/env/${name}.config.example.yaml`, exampleOf(name, configSchema));
  }
  return files;
};

/** The names of a service and of its further deployments. */
const deploymentsOf = (service: string): string[] => {
  const further = services.find(({ name }) => name === service)?.deployments ?? [];
  return [service, ...further.map(({ name }) => name)];
};

const headOfUp =
  'The settings of make up itself: where its engines and services listen, and which engines it does without. make env copies this file to up.env, which make up and the other commands of the Makefile read. What the environment sets wins.';

const headOf = (name: string): string =>
  `The settings of ${name}. make env copies this file to ${name}.env, which make up gives to ${name}.`;

const exampleHeadOf = (name: string): string =>
  `The settings of ${name} as YAML: copy this file, and start ${name} with CONFIG_FILE=<the copy>. What the environment sets wins.`;

const templateOf = (head: string, schema: z.ZodObject, taken: readonly string[] = []): string => {
  const blocks = settingsOf(schema).map(({ name, notes, byDefault }) => {
    const words = taken.includes(name) ? [...notes, 'make up sets it.'] : notes;
    return `${comment(words.join(' '))}#${name}=${byDefault}\n`;
  });
  return [comment(head), ...blocks].join('\n');
};

const exampleOf = (service: string, schema: z.ZodObject): string => {
  const blocks = settingsOf(schema).map(({ name, notes, byDefault }) => {
    const line = byDefault === '' ? `#${name}:` : `#${name}: ${byDefault}`;
    return `${comment(notes.join(' '))}${line}\n`;
  });
  return [comment(exampleHeadOf(service)), ...blocks].join('\n');
};

/** The settings that a deployment's file in deploy/env may not contain, because they follow from those of `make up`. */
const setByUp = (deployment: string): string[] =>
  topologyOf(loadSettings({})).flatMap((part) =>
    part.kind === 'service' && part.deployment === deployment ? Object.keys(part.env) : [],
  );

interface Setting {
  name: string;
  /** Sentences about the setting: its meaning and its allowed values. */
  notes: string[];
  byDefault: string;
}

/** The fields of zod's JSON Schema that are used here. */
interface Described {
  description?: string;
  unit?: string;
  isSecret?: boolean;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  default?: string | number | boolean;
}

const settingsOf = (schema: z.ZodObject): Setting[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  return Object.entries(properties).map(([name, type]) => {
    const described = type as Described;
    return {
      name,
      notes: [
        ...notesOf(described),
        ...(described.isSecret === true ? [`Or ${name}_FILE: a file that holds it.`] : []),
        ...(required.includes(name) ? ['Required.'] : []),
      ],
      byDefault: described.default === undefined ? '' : String(described.default),
    };
  });
};

const notesOf = ({ description, unit, enum: oneOf, minimum, maximum }: Described): string[] => [
  ...(description === undefined ? [] : [description]),
  ...(oneOf === undefined ? [] : [`One of: ${oneOf.join(', ')}.`]),
  ...(unit === undefined ? rangeOf(minimum, maximum) : [unit]),
];

const rangeOf = (minimum?: number, maximum?: number): string[] => {
  if (maximum === undefined) return [];
  return [minimum === undefined ? `At most ${maximum}.` : `From ${minimum} to ${maximum}.`];
};

/** Formats the text as comment lines of at most 100 characters. */
const comment = (words: string): string =>
  words.replaceAll(/(?=\S)(.{1,98})(?:\s+|$)/g, (_, line: string) => `# ${line.trimEnd()}\n`);
