import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Marks a setting as a secret: instead of it the setting `<NAME>_FILE` may name a file that holds it. Call it last, since
 * `optional` and `default` drop the mark.
 */
export const secret = <T extends z.ZodType>(type: T): T => type.meta({ isSecret: true });

/** Returns the names of the settings that are secrets. */
export const secretNames = (schema: z.ZodType): string[] => {
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Record<string, z.ZodType>;
  return Object.entries(shape).flatMap(([name, type]) =>
    type.meta()?.['isSecret'] === true ? [name] : [],
  );
};

export interface WithSecrets {
  /** The settings, with each secret that a file holds under its own name. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** What is wrong with the files, by the setting to which it applies. */
  readonly faults: readonly SecretFault[];
}

export interface SecretFault {
  readonly name: string;
  readonly message: string;
}

/**
 * Reads the files that hold secrets, once. A fault never shows what a file holds.
 */
export const readSecretFiles = (
  names: readonly string[],
  settings: WithSecrets['settings'],
): WithSecrets => {
  const read: Record<string, string> = {};
  const faults: SecretFault[] = [];
  for (const name of names) {
    const setting = `${name}_FILE`;
    const file = settings[setting];
    if (file === undefined) continue;
    const content = settings[name] === undefined ? contentOf(file) : undefined;
    if (content === undefined)
      faults.push({ name: setting, message: `${name} is set, too: take one of the two out` });
    else if (content.fault !== undefined)
      faults.push({ name: setting, message: `${file} ${content.fault}` });
    else read[name] = content.text;
  }
  return { settings: { ...settings, ...read }, faults };
};

/** Returns what a file holds, without the end of its last line. Throws what reading it throws. */
export const readSecretFile = (file: string): string =>
  readFileSync(file, 'utf8').replace(/\r?\n$/, '');

type Content = { text: string; fault?: never } | { text?: never; fault: string };

const contentOf = (file: string): Content => {
  let text: string;
  try {
    text = readSecretFile(file);
  } catch (error) {
    return { fault: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})` };
  }
  if (text.trim() === '') return { fault: 'is empty' };
  if (/[\r\n\0]/.test(text)) return { fault: 'holds more than one line' };
  return { text };
};
