import { waitFor } from '../../../testing/wait-for.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createKnownSchemas } from './known-schemas.ts';

const orderFields = (json: string) => json;

const start = (encoding: 'json' | 'confluent', { topics = ['a', 'b'], isAway = false } = {}) => {
  const ids = new Map<string, number>();
  const registry = { isAway, asked: 0 };
  const schemas = createKnownSchemas({
    topics,
    encoding,
    baseForms: new Map([['b', { orderFields }]]),
    findSchemaId: (topic) => {
      registry.asked += 1;
      return registry.isAway ? Promise.reject(new Error('away')) : Promise.resolve(ids.get(topic));
    },
    urlOf: (id) => `http://registry/${id}`,
    logger: createLogger({ service: 'test', level: 'silent', format: 'json' }),
  });
  const stop = new AbortController();
  let isUsable = false;
  void schemas.usable.then(() => (isUsable = true));
  const running = schemas.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  return { ids, registry, schemas, isUsable: () => isUsable, end };
};

test('in json events go at once, and name their schema when it is known', async () => {
  const { ids, schemas, isUsable, end } = start('json');
  await waitFor(isUsable, { what: 'usable' });
  await schemas.check();
  expect(schemas.formOf('a')).toEqual({});
  expect(schemas.formOf('b')).toEqual({ orderFields });
  ids.set('a', 7).set('b', 8);
  await waitFor(() => schemas.formOf('b').dataSchema, { what: 'the schemas' });
  expect(schemas.formOf('a')).toEqual({ dataSchema: 'http://registry/7' });
  await end();
});

test('in confluent nothing goes until the schemas of all topics are known', async () => {
  const { ids, registry, schemas, isUsable, end } = start('confluent', { isAway: true });
  const says = (words: string) =>
    waitFor(async () => (await schemas.check().catch(String)) === `Error: ${words}`, {
      what: words,
    });
  await says('away');
  registry.isAway = false;
  ids.set('a', 7);
  await says('no schema is registered for b');
  expect(isUsable()).toBe(false);
  ids.set('b', 8);
  await waitFor(isUsable, { what: 'usable' });
  await schemas.check();
  const form = { dataSchema: 'http://registry/8', schemaId: 8, orderFields };
  expect(schemas.formOf('b')).toEqual(form);
  await end();
});

test('a topic without a schema hides that of no other topic', async () => {
  const { ids, registry, schemas, end } = start('json');
  ids.set('b', 8);
  await waitFor(() => registry.asked > 1, { what: 'more than the first question' });
  await waitFor(() => schemas.formOf('b').dataSchema, { what: 'the schema of the second topic' });
  expect(schemas.formOf('a')).toEqual({});
  await end();
});

test('a stop while the schemas are not known ends the waiting', async () => {
  const { isUsable, end } = start('confluent');
  await end();
  await waitFor(isUsable, { what: 'the end of waiting' });
});

test('without topics or without a registry nobody is asked', async () => {
  const { registry, schemas, isUsable, end } = start('confluent', { topics: [] });
  await waitFor(isUsable, { what: 'usable' });
  await schemas.check();
  await end();
  expect(registry.asked).toBe(0);
});
