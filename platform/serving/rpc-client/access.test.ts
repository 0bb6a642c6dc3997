import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '../../../testing/certificates.ts';
import { pino } from 'pino';
import { loadRpcClientAccess as load, type RpcClientSettings } from './access.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createTestAuthority();
});
afterAll(() => authority.close());

const logger = pino({ level: 'silent' });
const urls = { PAYMENT_URL: 'https://payment.example' };
const loadRpcClientAccess = (settings: RpcClientSettings) => load(settings, urls, logger);
const fileWith = async (name: string, text: string): Promise<string> => {
  const file = join(authority.folder, name);
  await writeFile(file, text);
  return file;
};

test('without settings nothing is shown, and Node knows the authorities', async () => {
  expect(await loadRpcClientAccess({})).toEqual({ token: undefined, tls: {} });
});

test('token, authority and certificate are read; the line end is no part of a token', async () => {
  const { cert, key } = await authority.issue('order');
  const access = await loadRpcClientAccess({
    RPC_CLIENT_TOKEN_FILE: await fileWith('token', 'a+token/of=order\n'),
    RPC_CLIENT_CA_FILE: authority.ca,
    RPC_CLIENT_CERT_FILE: cert,
    RPC_CLIENT_KEY_FILE: key,
  });
  expect(access.token?.()).toBe('a+token/of=order');
  expect(Object.keys(access.tls).sort()).toEqual(['ca', 'cert', 'key']);
});

test('what is wrong is named by its setting, and no content is shown', async () => {
  const refusal = (settings: RpcClientSettings) =>
    loadRpcClientAccess(settings).then(() => 'none', String);
  const { cert } = await authority.issue('half');
  const secret = await fileWith('two', 'secret words');
  expect(await refusal({ RPC_CLIENT_CERT_FILE: cert })).toMatch(/both RPC_CLIENT_CERT_FILE and/);
  expect(await refusal({ RPC_CLIENT_TOKEN_FILE: '/none' })).toMatch(/TOKEN_FILE \/none cannot be/);
  expect(await refusal({ RPC_CLIENT_TOKEN_FILE: secret })).toMatch(/does not hold a token/);
  expect(await refusal({ RPC_CLIENT_TOKEN_FILE: secret })).not.toContain('words');
  expect(await refusal({ RPC_CLIENT_CA_FILE: secret })).toMatch(/RPC_CLIENT_CA_FILE .*in PEM/);
});

test('certificates and an address without TLS do not go together', async () => {
  const settings = { RPC_CLIENT_CA_FILE: authority.ca };
  const plain = { ...urls, INVENTORY_URL: 'http://inventory.example' };
  await expect(load(settings, plain, logger)).rejects.toThrow(/need https: INVENTORY_URL/);
  expect(await load({}, plain, logger)).toEqual({ token: undefined, tls: {} });
});
