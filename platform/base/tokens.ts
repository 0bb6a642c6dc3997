import { hash, timingSafeEqual } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { followFile } from './follow-file.ts';

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
 * Reads AUTH_TOKENS_FILE, YAML or JSON, and again after it has changed; undefined without one. Throws a ConfigError that
 * never shows its content; of a later content that is wrong `onFault` hears, and the tokens before it go on counting.
 */
export const loadTokens = (
  file: string | undefined,
  onFault: (error: unknown) => void,
): Tokens | undefined => {
  if (file === undefined) return undefined;
  const parse = (text: string) => callersOf(readTokens(file, text));
  return createTokens(followFile({ setting: 'AUTH_TOKENS_FILE', file, parse, onFault }));
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

interface KnownCaller {
  caller: Caller;
  sha256: Buffer;
}

const callersOf = (entries: z.output<typeof schema>['tokens']): KnownCaller[] =>
  entries.map(({ subject, sha256, roles }) => ({
    caller: { subject, roles: new Set(roles) },
    sha256: Buffer.from(sha256, 'hex'),
  }));

const createTokens = (callers: () => readonly KnownCaller[]): Tokens => ({
  find: (token) => {
    const given = hash('sha256', token, 'buffer');
    let found: Caller | undefined;
    // All hashes are compared, so that the time taken reveals nothing.
    for (const { caller, sha256 } of callers()) if (timingSafeEqual(sha256, given)) found = caller;
    return found;
  },
});
