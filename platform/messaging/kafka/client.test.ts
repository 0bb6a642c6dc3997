import { pino } from 'pino';
import { createKafka } from './client.ts';

interface Line {
  level: number;
  msg: string;
}

const openClient = (level = 'info') => {
  const lines: Line[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Line);
  const logger = pino({ level }, { write });
  const kafka = createKafka({ brokers: ['b:1'], clientId: 'c', logger, requestTimeoutMs: 1_000 });
  return { kafka, lines };
};

test('what kafkajs tries again by itself is no line, what nobody else reports is a warning', () => {
  const { kafka, lines } = openClient();
  const logger = kafka.logger();
  logger.namespace('Connection').error('Connection error: connect ECONNREFUSED');
  logger.namespace('Producer').error('The request included a message larger than allowed');
  logger.namespace('Runner').warn('The group is rebalancing, re-joining');
  logger.namespace('Runner').error('Response', { error: 'The coordinator is loading' });
  logger.namespace('ConsumerGroup').warn('Consumer group received unsubscribed topics');
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'Consumer group received unsubscribed topics'],
  ]);
});

test('at level debug everything is said', () => {
  const { kafka, lines } = openClient('debug');
  kafka.logger().namespace('Connection').error('Connection error: connect ECONNREFUSED');
  expect(lines).toMatchObject([{ level: 20, part: 'kafkajs Connection' }]);
});
