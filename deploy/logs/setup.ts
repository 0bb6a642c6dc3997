// A step of the compose profile `logs`: gives Elasticsearch the index template and the retention of logs, and Kibana
// its saved searches. It may run again.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { loadConfig } from '#platform/base/config.ts';
import { indexTemplate, retentionPolicy } from './index-template.ts';

const { ELASTICSEARCH_URL, KIBANA_URL } = loadConfig(
  z.object({ ELASTICSEARCH_URL: z.url(), KIBANA_URL: z.url() }),
  process.env,
);

const send = async (url: string, request: RequestInit): Promise<void> => {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`);
};

const put = (path: string, body: object): Promise<void> =>
  send(`${ELASTICSEARCH_URL}/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

await put('_ilm/policy/inorder-logs', retentionPolicy);
const { template } = indexTemplate;
const settings = { ...template.settings, 'index.lifecycle.name': 'inorder-logs' };
await put('_index_template/inorder-logs', {
  ...indexTemplate,
  template: { ...template, settings },
});

const file = new FormData();
const objects = await readFile(new URL('kibana.ndjson', import.meta.url), 'utf8');
file.append('file', new Blob([objects]), 'kibana.ndjson');
await send(`${KIBANA_URL}/api/saved_objects/_import?overwrite=true`, {
  method: 'POST',
  headers: { 'kbn-xsrf': 'inorder' },
  body: file,
});
console.log('Logs have their index template and their saved searches.');
