import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from './config-error.ts';

export interface FollowedFile<T> {
  /** The setting that names the file. */
  setting: string;
  file: string;
  /** Throws a ConfigError that never shows what the file holds. */
  parse: (text: string) => T;
  /** Hears why a new content does not count; the one before goes on counting. */
  onFault: (error: unknown) => void;
}

const lookEveryMs = 1_000;

/**
 * Reads a small file, and again after it has changed: the function that it returns looks once a second at the most. Throws
 * a ConfigError when the first content is wrong.
 */
export const followFile = <T>({ setting, file, parse, onFault }: FollowedFile<T>): (() => T) => {
  const read = (): { version: string; content: T } => {
    const version = versionOf(file);
    return { version, content: parse(readText(setting, file)) };
  };
  let { version, content } = read();
  let lookAt = performance.now() + lookEveryMs;
  return () => {
    if (performance.now() < lookAt) return content;
    lookAt = performance.now() + lookEveryMs;
    const found = versionOf(file);
    if (found === version) return content;
    // Once is enough to say that a content is wrong.
    version = found;
    try {
      ({ version, content } = read());
    } catch (error) {
      onFault(error);
    }
    return content;
  };
};

const readText = (setting: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${setting} ${file} cannot be read.`, { cause });
  }
};

/** Says which file there is, so that one that takes its place is noticed; empty when there is none to be seen. */
const versionOf = (file: string): string => {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return '';
  }
};
