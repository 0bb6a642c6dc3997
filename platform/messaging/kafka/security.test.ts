import { z } from 'zod';
import { loadConfig } from '../../base/config.ts';
import { kafkaSettings, loadKafkaSecurity } from './security.ts';

const load = (env: Record<string, string>) =>
  loadKafkaSecurity(loadConfig(z.object(kafkaSettings), { KAFKA_BROKERS: 'a:1', ...env }));
const sasl = {
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: 'app',
  KAFKA_SASL_PASSWORD: 's3cret',
};

test('off unless set', async () => {
  expect(await load({})).toEqual({});
});

test('TLS, and SASL beside it', async () => {
  expect(await load({ KAFKA_TLS: 'on', ...sasl })).toEqual({
    ssl: { minVersion: 'TLSv1.2' },
    sasl: { mechanism: 'scram-sha-512', username: 'app', password: 's3cret' },
  });
});

test.each([
  [{ KAFKA_TLS_CA_FILE: '/ca.pem' }, /needs KAFKA_TLS=on/],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: '/none' }, /KAFKA_TLS_CA_FILE \/none cannot be read/],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: 'package.json' }, /in PEM/],
  [{ KAFKA_SASL_PASSWORD: 's3cret' }, /all three or none/],
  [{ ...sasl, KAFKA_SASL_USERNAME: '' }, /all three or none/],
])('%j is refused, without the password', async (env, words) => {
  const refusal = load(env);
  await expect(refusal).rejects.toThrow(words);
  await expect(refusal).rejects.not.toThrow(/s3cret/);
});

test('a mechanism that is not known is refused before, without the password', () => {
  const wrong = { ...sasl, KAFKA_SASL_MECHANISM: 's3cret' };
  expect(() => load(wrong)).toThrow(/KAFKA_SASL_MECHANISM/);
  expect(() => load(wrong)).not.toThrow(/s3cret/);
});
