import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTestAuthority,
  type CertificateFiles,
  type TestAuthority,
} from '../../testing/certificates.ts';
import { loadServerTls } from './tls.ts';

let authority: TestAuthority;
let server: CertificateFiles;
let other: CertificateFiles;

beforeAll(async () => {
  authority = await createTestAuthority();
  server = await authority.issue('server');
  other = await authority.issue('other');
});
afterAll(() => authority.close());

test('no file, no TLS', async () => {
  expect(await loadServerTls({})).toBeUndefined();
});

test('a certificate, its key and the authority of clients are read', async () => {
  const files = { TLS_CERT_FILE: server.cert, TLS_KEY_FILE: server.key };
  expect(await loadServerTls(files)).not.toHaveProperty('clientCa');
  const tls = await loadServerTls({ ...files, TLS_CLIENT_CA_FILE: authority.ca });
  expect(tls?.clientCa?.toString()).toContain('BEGIN CERTIFICATE');
});

test('what is wrong is named by its setting', async () => {
  const noPem = join(authority.folder, 'no.pem');
  await writeFile(noPem, 'secret text');
  const fine = { TLS_CERT_FILE: server.cert, TLS_KEY_FILE: server.key };
  const refusal = async (settings: Parameters<typeof loadServerTls>[0]) =>
    loadServerTls(settings).then(
      () => 'none',
      (error: unknown) => String(error),
    );
  expect(await refusal({ TLS_CERT_FILE: server.cert })).toMatch(/both TLS_CERT_FILE and TLS_KEY/);
  expect(await refusal({ TLS_CLIENT_CA_FILE: authority.ca })).toMatch(/both TLS_CERT_FILE and/);
  expect(await refusal({ ...fine, TLS_CERT_FILE: '/none' })).toMatch(/TLS_CERT_FILE \/none cannot/);
  expect(await refusal({ ...fine, TLS_CERT_FILE: noPem })).toMatch(/TLS_CERT_FILE .*in PEM/);
  expect(await refusal({ ...fine, TLS_KEY_FILE: noPem })).toMatch(/TLS_KEY_FILE .*in PEM/);
  expect(await refusal({ ...fine, TLS_KEY_FILE: other.key })).toMatch(/not the key of the certif/);
  expect(await refusal({ ...fine, TLS_CLIENT_CA_FILE: noPem })).toMatch(/TLS_CLIENT_CA_FILE .*PEM/);
});
