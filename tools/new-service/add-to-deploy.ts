import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Words } from './write-service.ts';

const edit = async (path: string, change: (text: string) => string): Promise<string> => {
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`${path} could not be changed: write it by hand.`);
  await writeFile(path, changed);
  return path;
};

/** Adds the service to the two places outside its own folder and protos: its topics, and its container. */
export const addToDeploy = async (root: string, words: Words): Promise<string[]> => {
  const topics = 'deploy/topics.yaml';
  const compose = 'deploy/compose/compose.yaml';
  await edit(join(root, topics), (text) => text + topicsOf(words));
  await edit(join(root, compose), (text) => withContainer(text, words));
  return [topics, compose];
};

const topicsOf = ({ __name__: name = '' }: Words): string => `  - name: ${name}.item-created
    owner: ${name}
    event: ${name}.v1.ItemCreated
    partitions: 3
    retention: 7d
    publish: { kind: default, max_attempts: 5 }
  - name: ${name}.item-created.dlq
    owner: ${name}
    partitions: 1
    retention: 30d
`;

const withContainer = (text: string, words: Words): string => {
  const { __name__: name = '', __NAME__: role = '' } = words;
  const password = `      DB_PASSWORD_${role}: \${DB_PASSWORD_${role}:-${name}}\n`;
  const outboxes = (_line: string, start: string, list: string) =>
    `${start}${[...list.split(','), name].toSorted().join(',')}`;
  return text
    .replace(/^(?: {6}DB_PASSWORD_.*\n)+/m, (all) => all + password)
    .replaceAll(/^( +(?:OUTBOX|OPS)_SOURCES: )(.*)$/gm, outboxes)
    .replace(/^ {2}outbox-publisher:$/m, (next) => containerOf(words) + next);
};

const containerOf = (words: Words): string => {
  const { __name__: name = '', __NAME__: role = '', __grpc__: grpc, __http__: http } = words;
  return `  ${name}:
    <<: *service
    depends_on:
      postgres: { condition: service_healthy }
      kafka: { condition: service_healthy }
      migrations: { condition: service_completed_successfully }
      topics: { condition: service_completed_successfully }
    command: [services/${name}/main.ts]
    environment:
      <<: *traces
      APP_ENV: docker
      DATABASE_URL: postgres://${name}:\${DB_PASSWORD_${role}:-${name}}@postgres:5432/inorder
      KAFKA_BROKERS: kafka:9092
      GRPC_PORT: ${grpc}
      HTTP_PORT: ${http}
    ports:
      - 127.0.0.1:\${${role}_GRPC_PORT:-${grpc}}:${grpc}
      - 127.0.0.1:\${${role}_HTTP_PORT:-${http}}:${http}

`;
};
