import { Registry } from 'prom-client';
import { createSagaMetrics } from './metrics.ts';

const lineOf = async (registry: Registry): Promise<string | undefined> =>
  (await registry.metrics()).split('\n').find((line) => line.startsWith('saga_stuck_orders '));

test('while the database is silent a scrape is answered without the number of stuck orders, and asks once', async () => {
  const registry = new Registry();
  const answers: PromiseWithResolvers<number>[] = [];
  const countStuck = () => {
    const answer = Promise.withResolvers<number>();
    answers.push(answer);
    return answer.promise;
  };
  createSagaMetrics(registry, countStuck, 10);
  expect(await lineOf(registry)).toBe('saga_stuck_orders Nan');
  expect(await lineOf(registry)).toBe('saga_stuck_orders Nan');
  expect(answers).toHaveLength(1);
  answers[0]?.reject(new Error('away'));
  await Promise.allSettled([answers[0]?.promise]);
  const scraped = lineOf(registry);
  answers[1]?.resolve(3);
  expect(await scraped).toBe('saga_stuck_orders 3');
});
