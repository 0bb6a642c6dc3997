import { hash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';

/** The owner of a token, and what they may do. */
export interface Caller {
  readonly subject: string;
  readonly roles: ReadonlySet<string>;
}

export interface Tokens {
  find(token: string): Caller | undefined;
}

const schema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        /** Appears in logs and in the operations of ops. */
        subject: z.string().min(1).max(100),
        /** The hash of the token, so that the file itself grants no access. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
        roles: z.array(z.string().min(1)),
      }),
    )
    .min(1),
});

/**
 * Reads AUTH_TOKENS_FILE, YAML or JSON; undefined without one. Throws a ConfigError that never shows its
 * content.
 */
export const loadTokens = async (file: string | undefined): Promise<Tokens | undefined> => {
  if (file === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError(`AUTH_TOKENS_FILE ${file} cannot be read.`, { cause });
  });
  return createTokens(readTokens(file, text));
};

const readTokens = (file: string, text: string): z.output<typeof schema>['tokens'] => {
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    throw new ConfigError(`AUTH_TOKENS_FILE ${file} is not YAML.`);
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data.tokens;
  throw new ConfigError(`AUTH_TOKENS_FILE ${file} is wrong:\n${z.prettifyError(result.error)}`);
};

const createTokens = (entries: z.output<typeof schema>['tokens']): Tokens => {
  const callers = entries.map(({ subject, sha256, roles }) => ({
    caller: { subject, roles: new Set(roles) },
    sha256: Buffer.from(sha256, 'hex'),
  }));
  return {
    find: (token) => {
      const given = hash('sha256', token, 'buffer');
      let found: Caller | undefined;
      // All hashes are compared, so that the time taken reveals nothing.
      for (const { caller, sha256 } of callers) if (timingSafeEqual(sha256, given)) found = caller;
      return found;
    },
  };
};
