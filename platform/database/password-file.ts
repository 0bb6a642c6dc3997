import { readSecretFile } from '../base/secret-files.ts';
import { sleep } from '../base/sleep.ts';

/** The parameter of DATABASE_URL that names the file with the password. */
export const passwordFileParameter = 'password_file';

const wrongPassword = '28P01';

/** Whether the server has refused the password. */
export const isPasswordRefused = (fault: unknown): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === wrongPassword;

/** The URL with which to connect, whose password may change while the process runs. */
export interface Credentials {
  /** The URL with the password that was read last. */
  readonly url: string;
  /**
   * After the server has refused `used`: resolves to whether there is another URL to try. The file is read until its
   * password is another one, for some seconds at the most, because a server may have its new password a little earlier.
   */
  renew(used: string): Promise<boolean>;
}

const renewWithinMs = 2_000;
const readEveryMs = 100;

/** For a URL without `password_file`, its own password is the only one. */
export const openCredentials = (given: string): Credentials => {
  const file = URL.parse(given)?.searchParams.get(passwordFileParameter) ?? undefined;
  if (file === undefined) return { url: given, renew: () => Promise.resolve(false) };
  let url = withPasswordOf(file, given);
  return {
    get url() {
      return url;
    },
    renew: async (used) => {
      const deadline = performance.now() + renewWithinMs;
      for (;;) {
        // another connection may have found the new password meanwhile
        if (url !== used) return true;
        url = withPasswordOf(file, given);
        if (url === used && performance.now() > deadline) return false;
        if (url === used) await sleep(readEveryMs);
      }
    },
  };
};

const withPasswordOf = (file: string, given: string): string => {
  const url = new URL(given);
  url.searchParams.delete(passwordFileParameter);
  url.password = encodeURIComponent(readPassword(file));
  return url.href;
};

/** Returns the password in the file, without the end of the line; an empty text when it cannot be read. */
export const readPassword = (file: string): string => {
  try {
    return readSecretFile(file);
  } catch {
    // The server refuses the empty password; what is wrong with the file is said at the start.
    return '';
  }
};
