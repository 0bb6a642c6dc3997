import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadTopics } from '#platform/messaging/topics.ts';
import { checkout } from '../deploy/folders.ts';

const sources = globSync('{platform,services,deploy,testing,tools,bench}/**/*.{ts,tmpl}', {
  cwd: checkout,
}).filter((path) => !path.includes('node_modules') && !path.endsWith('.test.ts'));

// Some events repeat the topic's name as the type in their payload: that is part of their contract, not a topic.
const eventTypes = /\beventType(?: =|:) '[^']*'/g;

const topicsNamedIn = (text: string, names: readonly string[]): string[] => {
  const others = text.replaceAll(eventTypes, '');
  return names.filter((name) => others.includes(name));
};

let names: string[];
beforeAll(async () => {
  const { topics } = await loadTopics(join(checkout, 'deploy/topics.yaml'));
  names = topics.map(({ name }) => name);
});

test('no source but deploy/topics.yaml names a topic', () => {
  expect(sources.length).toBeGreaterThan(400);
  const named = sources.flatMap((path) =>
    topicsNamedIn(readFileSync(join(checkout, path), 'utf8'), names).map((name) => [path, name]),
  );
  expect(named).toEqual([]);
});

test('a topic is found in any text, and an event type is none', () => {
  for (const name of names) {
    expect(topicsNamedIn(`topic: '${name}',`, names)).toContain(name);
    expect(topicsNamedIn('`make kafka-consume t=' + name + '`', names)).toContain(name);
    expect(topicsNamedIn(`const eventType = '${name}';`, names)).toEqual([]);
  }
});
