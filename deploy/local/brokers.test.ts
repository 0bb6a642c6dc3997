import { createRequire } from 'node:module';
import { z } from 'zod';
import { loadSettings } from './settings.ts';
import { loadConfig } from '#platform/base/config.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';

const read = (KAFKA_BROKERS: string): string[] =>
  loadConfig(z.object(kafkaSettings), { KAFKA_BROKERS }).KAFKA_BROKERS;

test.each([
  ['kafka:9092', ['kafka:9092']],
  [' a.example:1 , b_2.example.:65535 ', ['a.example:1', 'b_2.example.:65535']],
  ['127.0.0.1:9092', ['127.0.0.1:9092']],
  ['[::1]:9092,[FE80::1%eth0]:9092', ['[::1]:9092', '[fe80::1%eth0]:9092']],
])('%s names brokers', (text, brokers) => {
  expect(read(text)).toEqual(brokers);
});

test.each([
  ['kafka', 'kafka: its port is missing'],
  ['kafka:', 'kafka:: its port is missing'],
  ['kafka:0', 'kafka:0: its port is no number'],
  ['kafka:65536', 'kafka:65536: its port is no number'],
  ['kafka:9092x', 'kafka:9092x: its port is no number'],
  ['kafka:9 2', 'kafka:9 2: its port is no number'],
  [':9092', ':9092: its host'],
  ['::1', '::1: put an IPv6 address in brackets'],
  ['[::1]', '[::1]: its port is missing'],
  ['[::1:9092', '[::1:9092: its host'],
  ['[1.2.3.4]:1', '[1.2.3.4]:1: its host'],
  ['1.2.3:1', '1.2.3:1: its host'],
  ['a b:1', 'a b:1: its host'],
  ['a:1:2', 'a:1:2: its port is no number'],
  ['kafka://a:1', 'kafka://a:1: leave out what stands before the host'],
  ['PLAINTEXT://a:1', 'plaintext://a:1: leave out'],
  ['a:1,', 'an entry is empty'],
  ['a:1,,b:1', 'an entry is empty'],
  [',', 'an entry is empty'],
  ['a:1,A:1', 'a:1 stands there twice'],
])('%s is refused, also by make up', (text, words) => {
  expect(() => read(text)).toThrow(words);
  expect(() => loadSettings({ KAFKA_BROKERS: text })).toThrow(words);
});

test('all faults are told at once', () => {
  expect(() => read('a,b:x')).toThrow(/a: its port is missing[^]*b:x: its port is no number/);
});

// Without our patch kafkajs takes the host of [::1]:9092 to be `[`.
test('kafkajs connects to an IPv6 address', async () => {
  const load = createRequire(import.meta.url);
  type Builder = { build: () => Promise<{ host: string; port: number }> };
  const create = load('kafkajs/src/cluster/connectionPoolBuilder.js') as (o: object) => Builder;
  const quiet = () => undefined;
  const logger: object = { namespace: () => logger, debug: quiet };
  const build = (broker: string) => create({ brokers: [broker], logger }).build();
  expect(await build('[fe80::1]:9092')).toMatchObject({ host: 'fe80::1', port: 9092 });
  expect(await build('kafka:9092')).toMatchObject({ host: 'kafka', port: 9092 });
});
