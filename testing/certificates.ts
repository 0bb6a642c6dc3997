import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The paths of a certificate and its key, as PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface TestAuthority {
  readonly folder: string;
  /** The path of the authority's own certificate. */
  readonly ca: string;
  /** Issues a certificate for localhost and 127.0.0.1, which servers and clients can use. */
  issue(name: string): Promise<CertificateFiles>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const openssl = (...args: string[]) => run('openssl', args);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const days = ['-days', '2'];

/** Creates a certificate authority for a test; it makes certificates with openssl. */
export const createTestAuthority = async (): Promise<TestAuthority> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-test-certificates-'));
  const file = (name: string) => join(folder, name);
  const ca = file('ca.pem');
  const caKey = file('ca.key');
  await openssl(
    ...['req', '-x509', ...newKey, ...days, '-subj', '/CN=test authority'],
    ...['-keyout', caKey, '-out', ca],
  );
  await writeFile(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const issue = async (name: string): Promise<CertificateFiles> => {
    const [cert, key, request] = [file(`${name}.pem`), file(`${name}.key`), file(`${name}.csr`)];
    await openssl(
      'req',
      '-new',
      ...newKey,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      key,
      '-out',
      request,
    );
    await openssl(
      ...['x509', '-req', ...days, '-in', request, '-CA', ca, '-CAkey', caKey],
      ...['-CAcreateserial', '-extfile', file('names'), '-out', cert],
    );
    return { cert, key };
  };
  return { folder, ca, issue, close: () => rm(folder, { recursive: true, force: true }) };
};
