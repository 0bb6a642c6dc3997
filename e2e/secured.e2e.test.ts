import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { StocksInfoRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import {
  createTestAuthority,
  type CertificateFiles,
  type TestAuthority,
} from '../testing/certificates.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { startProcess, type TestProcess } from '../testing/engines/process.ts';

// loms uses mutual TLS and tokens; ops uses a server certificate and tokens.

let authority: TestAuthority;
let server: CertificateFiles;
let client: CertificateFiles;
let database: TestDatabase;
let loms: Addresses;
let ops: Addresses;

interface Addresses {
  process: TestProcess;
  grpcPort: number;
  httpPort: number;
}

const roles = { checkout: ['stocks:read'], desk: ['ops:read', 'ops:write'] };
const tokensYaml = Object.entries(roles)
  .map(([name, each]) => {
    const sha256 = createHash('sha256').update(`token-of-${name}`).digest('hex');
    return `  - { subject: ${name}, sha256: ${sha256}, roles: [${each.join(', ')}] }\n`;
  })
  .join('');

const start = async (name: string, env: Record<string, string>): Promise<Addresses> => {
  const process = startProcess({
    name,
    entry: `services/${name}/main.ts`,
    env: {
      DATABASE_URL: database.urlFor(name),
      GRPC_PORT: '0',
      HTTP_PORT: '0',
      TLS_CERT_FILE: server.cert,
      TLS_KEY_FILE: server.key,
      AUTH_TOKENS_FILE: join(authority.folder, 'tokens.yaml'),
      ...env,
    },
  });
  const portOf = async (said: string): Promise<number> => {
    const line = await process.waitForLine((each) => each.includes(said));
    return (JSON.parse(line) as { port: number }).port;
  };
  const [grpcPort, httpPort] = [await portOf('gRPC is open'), await portOf('HTTP is open')];
  return { process, grpcPort, httpPort };
};

beforeAll(async () => {
  [authority, database] = await Promise.all([createTestAuthority(), createTestDatabase()]);
  server = await authority.issue('server');
  client = await authority.issue('client');
  await writeFile(join(authority.folder, 'tokens.yaml'), `tokens:\n${tokensYaml}`);
  loms = await start('loms', { TLS_CLIENT_CA_FILE: authority.ca });
  const KAFKA_BROKERS = process.env['TEST_KAFKA_BROKERS']!;
  ops = await start('ops', { OPS_SOURCES: 'loms', KAFKA_BROKERS });
});
afterAll(async () => {
  await Promise.all([loms.process.stop(), ops.process.stop()]);
  await authority.close();
});

const asClient = () => ({
  ca: readFileSync(authority.ca),
  cert: readFileSync(client.cert),
  key: readFileSync(client.key),
});
const stock = '/stock/info?sku=1076963';

const ask = (
  port: number,
  path: string,
  { body, ...options }: RequestOptions & { body?: string },
): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    request({ ...options, host: 'localhost', port, path, agent: false }, (response) => {
      text(response).then((body) => resolve([response.statusCode ?? 0, body]), reject);
    })
      .on('error', reject)
      .end(body);
  });
const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });

test('REST works with the certificates and the token', async () => {
  const headers = bearer('checkout');
  const [code, body] = await ask(loms.httpPort, stock, { ...asClient(), headers });
  expect([code, Object.keys(JSON.parse(body) as object)]).toEqual([200, ['count']]);
});

test('who has no certificate, or no token, is turned away', async () => {
  const { ca } = asClient();
  await expect(ask(loms.httpPort, stock, { ca, headers: bearer('checkout') })).rejects.toThrow();
  expect((await ask(loms.httpPort, stock, asClient()))[0]).toBe(401);
  const desk = { ...asClient(), headers: bearer('desk') };
  expect((await ask(loms.httpPort, stock, desk))[0]).toBe(403);
});

test('neither server speaks plain text, nor a version older than TLS 1.2', async () => {
  await expect(fetch(`http://127.0.0.1:${loms.httpPort}/healthz`)).rejects.toThrow();
  for (const port of [loms.httpPort, loms.grpcPort]) {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
    const answer = new Promise((resolve, reject) => {
      const options = { ...asClient(), ...old, host: 'localhost', port, ALPNProtocols: ['h2'] };
      connectTls(options, () => resolve('spoken')).on('error', reject);
    });
    await expect(answer).rejects.toThrow(/protocol version/);
  }
});

test('gRPC works with the certificates and the token', async () => {
  const { ca, key, cert } = asClient();
  const call = (secure: ReturnType<typeof credentials.createSsl>, metadata: Metadata) =>
    new Promise<number>((resolve) => {
      const channel = new Client(`localhost:${loms.grpcPort}`, secure);
      channel.makeUnaryRequest(
        '/loms.v1.LomsService/StocksInfo',
        (sku: bigint) =>
          Buffer.from(
            toBinary(StocksInfoRequestSchema, { $typeName: 'loms.v1.StocksInfoRequest', sku }),
          ),
        (bytes: Buffer) => bytes,
        1_076_963n,
        metadata,
        (error: ServiceError | null) => {
          channel.close();
          resolve(error?.code ?? status.OK);
        },
      );
    });
  const token = Metadata.fromHttp2Headers(bearer('checkout'));
  const known = credentials.createSsl(ca, key, cert);
  expect(await call(known, token)).toBe(status.OK);
  expect(await call(known, new Metadata())).toBe(status.UNAUTHENTICATED);
  expect(await call(credentials.createSsl(ca), token)).toBe(status.UNAVAILABLE);
});

const inorder = (args: string[], token: string): Promise<{ output: string; failed: boolean }> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'],
      INORDER_OPS: `https://localhost:${ops.httpPort}`,
      INORDER_CA_FILE: authority.ca,
      INORDER_TOKEN: token,
      INORDER_ACTOR: 'somebody else',
    };
    execFile('./inorder', args, { env }, (error, stdout, stderr) =>
      resolve({ output: stdout + stderr, failed: error !== null }),
    );
  });

test('what ops keeps of an operation is whose token it was, whatever name is given', async () => {
  const headers = { ...bearer('desk'), 'content-type': 'application/json' };
  const { ca } = asClient();
  const body = JSON.stringify({ actor: 'somebody else', key: '12345' });
  const redrive = { method: 'POST', ca, headers, body };
  expect((await ask(ops.httpPort, '/ops/outbox/redrive', redrive))[0]).toBe(200);
  const kept = await inorder(['operations', '--json'], 'token-of-desk');
  const { operations } = JSON.parse(kept.output) as { operations: { actor: string }[] };
  expect(operations.map(({ actor }) => actor)).toEqual(['desk']);
});

test('the command line says what is lacking', async () => {
  const none = await inorder(['operations'], '');
  expect(none).toMatchObject({ failed: true, output: expect.stringMatching(/unauthenticated/) });
  const other = await inorder(['operations'], 'token-of-checkout');
  expect(other.output).toContain('checkout lacks the role ops:read');
});

test('a key that does not fit ends the start with a line that says so', async () => {
  const wrong = startProcess({
    name: 'loms',
    entry: 'services/loms/main.ts',
    env: {
      DATABASE_URL: database.urlFor('loms'),
      GRPC_PORT: '0',
      HTTP_PORT: '0',
      TLS_CERT_FILE: server.cert,
      TLS_KEY_FILE: client.key,
    },
  });
  expect((await wrong.exit).code).toBe(1);
  expect(wrong.lines.join('\n')).toMatch(/TLS_KEY_FILE is not the key/);
});
