import { Registry } from 'prom-client';
import { createReadiness, reportOnly } from './readiness.ts';
import { measureReadiness } from './readiness-metrics.ts';

test('each scrape runs the checks once; one that is reported only leaves the process ready', async () => {
  const registry = new Registry();
  const stopping = new AbortController();
  let calls = 0;
  let isDown = false;
  const database = () => {
    calls += 1;
    return isDown ? Promise.reject(new Error('away')) : Promise.resolve();
  };
  const letters = () => Promise.reject(new Error('refused'));
  const checks = { database, ...reportOnly({ letters }) };
  measureReadiness(registry, createReadiness({ checks, stopping: stopping.signal }));
  const scrape = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('service_'));

  expect(await scrape()).toEqual([
    'service_ready 1',
    'service_check_ok{check="database"} 1',
    'service_check_ok{check="letters"} 0',
  ]);
  expect(calls).toBe(1);
  isDown = true;
  expect(await scrape()).toContain('service_ready 0');
  stopping.abort();
  expect(await scrape()).toEqual(['service_ready 0', 'service_check_ok{check="process"} 0']);
});
