import { differenceOf } from './difference.ts';
import { loadSettings } from './settings.ts';
import { topologyOf } from './topology.ts';

const partsOf = (env: Record<string, string>) => topologyOf(loadSettings(env));
const namesOf = (parts: readonly { name: string }[]) => parts.map(({ name }) => name);
const services = namesOf(partsOf({}).filter(({ kind }) => kind === 'service'));
const observing = ['zipkin', 'victoria-metrics', 'vmalert', 'victoria-logs', 'vlagent'];
const allRun = () => true;

test('to observe, five parts begin, and the services start again with traces', () => {
  const { begins, changes, ends } = differenceOf(partsOf({}), partsOf({ OBSERVE: 'on' }), allRun);
  expect(namesOf(begins)).toEqual(observing);
  expect(namesOf(changes)).toEqual(services);
  expect(ends).toEqual([]);
  for (const part of changes)
    expect(part).toMatchObject({
      env: {
        OTEL_TRACES_EXPORTER: 'zipkin',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://127.0.0.1:9411/api/v2/spans',
      },
    });
  expect(changes.find(({ name }) => name === 'ops')).toMatchObject({
    env: { TRACE_URL_TEMPLATE: 'http://127.0.0.1:9411/zipkin/traces/{trace_id}' },
  });
});

test('no longer observed, everything is as it was', () => {
  const { begins, changes, ends } = differenceOf(partsOf({ OBSERVE: 'on' }), partsOf({}), allRun);
  expect([begins, namesOf(changes), namesOf(ends)]).toEqual([[], services, observing]);
});

test('where traces go elsewhere already, no service starts again, and there is no Zipkin', () => {
  const elsewhere = { OTEL_TRACES_EXPORTER: 'otlp' };
  const before = partsOf(elsewhere);
  const { begins, changes } = differenceOf(
    before,
    partsOf({ ...elsewhere, OBSERVE: 'on' }),
    allRun,
  );
  expect(namesOf(begins)).toEqual(observing.slice(1));
  expect(changes).toEqual([]);
});

test('a part that could not be started begins again, and nothing else', () => {
  const parts = partsOf({ OBSERVE: 'on' });
  const { begins, changes, ends } = differenceOf(parts, parts, (name) => name !== 'vmalert');
  expect([namesOf(begins), changes, ends]).toEqual([['vmalert'], [], []]);
});

test('another address of the page of a trace stays', () => {
  const TRACE_URL_TEMPLATE = 'https://traces.example/{trace_id}';
  const parts = partsOf({ OBSERVE: 'on', TRACE_URL_TEMPLATE });
  expect(parts.find(({ name }) => name === 'ops')).toMatchObject({ env: { TRACE_URL_TEMPLATE } });
});
