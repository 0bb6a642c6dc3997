import { readFileSync } from 'node:fs';
import { logFields } from '#platform/base/log-line.ts';
import { indexTemplate } from './index-template.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

interface SavedObject {
  type: string;
  id: string;
  attributes: Record<string, unknown> & { columns?: string[] };
  references: { id: string }[];
}
const objects = read('kibana.ndjson')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject);
const pattern = 'inorder-logs-*';

test('Logstash writes to the indices that have the template, and Kibana reads them', () => {
  expect(indexTemplate.index_patterns).toEqual([pattern]);
  expect(read('logstash.conf')).toContain(`index => "${pattern.replace('*', '%{+YYYY.MM.dd}')}"`);
  const view = objects.find(({ type }) => type === 'index-pattern');
  expect(view).toMatchObject({ attributes: { title: pattern, timeFieldName: 'time' } });
});

test('the template has each field of log lines, and lets no other refuse a line', () => {
  const { dynamic, properties } = indexTemplate.template.mappings;
  expect(dynamic).toBe(false);
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(logFields)));
});

test('saved searches show fields that there are, of the one data view', () => {
  const searches = objects.filter(({ type }) => type === 'search');
  expect(searches).toHaveLength(3);
  for (const { attributes, references } of searches) {
    const fields = attributes.columns!.map((column) => column.split('.')[0]);
    expect(Object.keys(logFields)).toEqual(expect.arrayContaining(fields));
    expect(references).toMatchObject([{ type: 'index-pattern', id: 'inorder-logs' }]);
  }
});
