import { readFileSync } from 'node:fs';
import { z } from 'zod';

// In node-postgres `prefer`, `require` and `verify-ca` mean what verify-full means, and are to mean less one day.
const sslModes: readonly (string | null)[] = [null, 'disable', 'verify-full', 'no-verify'];

/**
 * The address of a database; it holds a password, so no fault shows it. With `sslmode=verify-full`, and
 * `sslrootcert=FILE` for authorities that Node does not know, the connection is encrypted and the server
 * known. Modes that mean different things in different clients are refused.
 */
export const databaseUrl = z.url({ protocol: /^postgres(ql)?$/ }).superRefine((text, context) => {
  const searchParams = URL.parse(text)?.searchParams;
  if (searchParams === undefined) return; // refused already
  const refuse = (message: string) => context.addIssue({ code: 'custom', message });
  if (!sslModes.includes(searchParams.get('sslmode')))
    refuse(
      'sslmode must be verify-full, disable, or no-verify (encrypted, but to whom is not checked)',
    );
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = searchParams.get(name);
    if (file !== null && !isReadable(file)) refuse(`${name}=${file} cannot be read`);
  }
});

const isReadable = (file: string): boolean => {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
};
