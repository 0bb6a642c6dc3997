import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentOf } from './environment.ts';
import type { ServicePart } from './part.ts';

const part: ServicePart = {
  kind: 'service',
  name: 'notifier-1',
  deployment: 'notifier',
  after: [],
  ports: [],
  entry: 'services/notifier/main.ts',
  httpPort: 'NOTIFIER_1_HTTP_PORT',
  env: { HTTP_PORT: '9111', KAFKA_BROKERS: '127.0.0.1:1' },
};

const folderWith = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  writeFileSync(join(folder, 'notifier.env'), content);
  return folder;
};

test('a service has what its file says, before what all local processes have', () => {
  const folder = folderWith('# words\nLOG_FORMAT=text\nNOTIFIER_GROUP="second group"\nREPLICA=\n');
  const env = environmentOf(part, folder);
  expect(env).toMatchObject({ LOG_FORMAT: 'text', NOTIFIER_GROUP: 'second group', ...part.env });
  expect(env).not.toHaveProperty('REPLICA');
});

test('without a file it has what all have', () => {
  expect(environmentOf(part, mkdtempSync(join(tmpdir(), 'settings-')))).toMatchObject({
    HOST: '127.0.0.1',
    ...part.env,
  });
});

test('a file cannot set what make up sets itself', () => {
  const folder = folderWith('LOG_LEVEL=debug\nHTTP_PORT=1\nKAFKA_BROKERS=elsewhere:1\n');
  expect(() => environmentOf(part, folder)).toThrow(
    /notifier\.env sets HTTP_PORT, KAFKA_BROKERS, which make up sets itself: take it out there\./,
  );
});
