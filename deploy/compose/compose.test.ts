import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { outboxSources, schemaOwners, services } from '../services.ts';
import { kafkaProperties } from '../local/kafka-settings.ts';
import { logSettings } from '../local/postgres.ts';
import { redisSettings } from '../local/redis.ts';
import type { ServicePart } from '../local/part.ts';
import { loadSettings } from '../local/settings.ts';
import { topologyOf } from '../local/topology.ts';

interface Service {
  image: string;
  profiles?: string[];
  logging?: { driver: string; options: Record<string, string> };
  healthcheck?: object;
  volumes?: string[];
  command?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, unknown>;
  ports?: string[];
  deploy?: { replicas: number };
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  mem_limit?: string;
  read_only?: boolean;
  privileged?: boolean;
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true, maxAliasCount: -1 }) as {
  services: Record<string, Service>;
};
const settings = loadSettings({});
const parts = topologyOf(settings);
// Without containers each replica of a service is a part of its own, e.g. `notifier-2`.
const serviceOf = (part: string) => part.replace(/-\d+$/, '');
const find = (part: string): Service => {
  const service = compose.services[serviceOf(part)];
  if (service === undefined) throw new Error(`compose.yaml has no service for ${part}`);
  return service;
};

const urlOf = (role: string, password: string) =>
  `postgres://${role}:${password}@postgres:5432/inorder`;

test('containers and local processes are the same parts, in the same order', () => {
  const expected = new Set(parts.map((part) => serviceOf(part.name)));
  const started = Object.entries(compose.services).filter(([, service]) => !service.profiles);
  expect(new Set(started.map(([name]) => name))).toEqual(expected.add('kafka-ui'));
  for (const part of parts) {
    const service = find(part.name);
    expect([part.name, Object.keys(service.depends_on ?? {})]).toEqual([part.name, part.after]);
    if ('entry' in part) expect(service.command).toEqual([part.entry]);
  }
});

test('the notifier has as many replicas', () => {
  const replicas = parts.filter((part) => serviceOf(part.name) === 'notifier');
  expect(find('notifier').deploy?.replicas).toBe(replicas.length);
});

test('what a further deployment consumes is the same', () => {
  const ownOf = (env: Service['environment'] = {}) =>
    Object.entries(env).filter(([name]) => name.startsWith('NOTIFIER_'));
  const local = parts.find(({ name }) => name === 'pvz-notifier') as ServicePart;
  expect(ownOf(local.env)).toHaveLength(2);
  expect(ownOf(find('pvz-notifier').environment)).toEqual(ownOf(local.env));
});

// of what only compose has
const otherPorts = [
  'KAFKA_UI_PORT',
  'ELASTICSEARCH_PORT',
  'KIBANA_PORT',
  'PROMETHEUS_PORT',
  'GRAFANA_PORT',
];

test('host ports are the same settings with the same defaults, on this machine only', () => {
  const published = Object.values(compose.services).flatMap((service) => service.ports ?? []);
  for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\$\{/);
  const defaults = published.flatMap((port) => [...port.matchAll(/\$\{(\w+_PORT):-(\d+)\}/g)]);
  for (const [, name = '', value] of defaults) {
    if (!otherPorts.includes(name)) expect(settings).toHaveProperty(name, Number(value));
  }
  const names = new Set(defaults.map(([, name]) => name));
  // The controller's port is not published, and a range of ports names only its first and its last.
  const unpublished = ['KAFKA_CONTROLLER_PORT', 'NOTIFIER_2_HTTP_PORT'];
  const expected = parts.flatMap(({ ports }) => ports).filter((p) => !unpublished.includes(p));
  expect(names).toEqual(new Set([...expected, ...otherPorts, 'ZIPKIN_PORT']));
});

test('what make observe adds is started on demand only, and reads the files of the repository', () => {
  const names = Object.keys(compose.services).filter(
    (name) => find(name).profiles?.[0] === 'observe',
  );
  expect(names).toEqual(['prometheus', 'grafana', 'zipkin']);
  const needed = Object.values(compose.services).flatMap((each) =>
    Object.keys(each.depends_on ?? {}),
  );
  expect(needed.filter((name) => names.includes(name))).toEqual([]);
  const mounted = names
    .flatMap((name) => find(name).volumes ?? [])
    .filter((v) => v.startsWith('.'));
  expect(mounted.length).toBeGreaterThan(3);
  for (const volume of mounted) {
    const [from = '', , mode] = volume.split(':');
    expect([from, existsSync(new URL(from, import.meta.url)), mode]).toEqual([from, true, 'ro']);
  }
});

test('no container has rights or a share of the machine that it does not need', () => {
  for (const [name, service] of Object.entries(compose.services)) {
    const { cap_drop, security_opt, privileged } = service;
    const rights = { cap_drop, security_opt, privileged };
    const none = { cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
    expect([name, rights]).toEqual([name, { ...none, privileged: undefined }]);
    expect([name, service.pids_limit, service.mem_limit]).toEqual([
      name,
      expect.any(Number),
      expect.stringMatching(/^\d+[mg]$/),
    ]);
  }
  const writable = Object.keys(compose.services).filter((name) => !find(name).read_only);
  expect(writable).toEqual(['kafka', 'kafka-ui', 'elasticsearch', 'kibana', 'logstash']);
});

test('the publisher serves, and ops shows, all outboxes', () => {
  const sources = outboxSources.join(',');
  const names = { 'outbox-publisher': 'OUTBOX_SOURCES', ops: 'OPS_SOURCES' };
  for (const [name, setting] of Object.entries(names)) {
    expect(parts.find((part) => part.name === name)).toHaveProperty(['env', setting], sources);
    expect(find(name).environment).toHaveProperty(setting, sources);
  }
  const outboxes = schemaOwners({}).filter(({ hasOutbox }) => hasOutbox);
  expect(new Set(outboxes.map(({ schema }) => schema))).toEqual(new Set(outboxSources));
});

test('every service logs in as itself, with the password that the migrations give it', () => {
  const given = find('migrations').environment ?? {};
  for (const { schema } of schemaOwners({})) {
    const password = `\${DB_PASSWORD_${schema.toUpperCase()}:-${schema}}`;
    expect(given).toHaveProperty(`DB_PASSWORD_${schema.toUpperCase()}`, password);
    const users = Object.values(compose.services).filter(
      ({ environment }) => environment?.['DATABASE_URL'] === urlOf(schema, password),
    );
    expect([schema, users.length]).toEqual([schema, 1]);
  }
});

test('a service gets what it gets without containers', () => {
  // Compose sets neither: its replicas have no names of their own, and its broker listens without TLS.
  const elsewhere = ['REPLICA', 'KAFKA_TLS'];
  for (const part of parts.filter(({ kind }) => kind === 'service')) {
    const given = Object.keys('env' in part ? part.env : {});
    const names = given.filter((name) => !elsewhere.includes(name));
    const environment = Object.keys(find(part.name).environment ?? {});
    expect([part.name, environment]).toEqual([part.name, expect.arrayContaining(names)]);
  }
});

test('ops calls the services where they listen', () => {
  const environment = find('ops').environment ?? {};
  const calls = services.find(({ name }) => name === 'ops')?.httpCalls ?? {};
  expect(Object.keys(calls)).not.toEqual([]);
  for (const [setting, name] of Object.entries(calls)) {
    const port = find(name).environment?.['HTTP_PORT'];
    expect([setting, environment[setting]]).toEqual([setting, `http://${name}:${port}`]);
  }
});

test('the broker has the same settings, places apart', () => {
  const local = kafkaProperties({ dataDir: '', port: 1, controllerPort: 2 });
  const place = /listener|quorum|log\.dirs/;
  const lines = local.split('\n').filter((line) => line !== '' && !place.test(line));
  const environment = find('kafka').environment ?? {};
  for (const line of lines) {
    const [name = '', value] = line.split('=');
    const variable = `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`;
    expect([variable, String(environment[variable])]).toEqual([variable, value]);
  }
});

test('the schema registry is the same, and both who write its ids and who look around know it', () => {
  const [, version] = /version = '(.+)'/.exec(read('../local/schema-registry.ts')) ?? [];
  expect(find('schema-registry').image).toBe(`apicurio/apicurio-registry:${version ?? '?'}`);
  const url = 'http://schema-registry:8080/apis/ccompat/v7';
  for (const name of ['schemas', 'outbox-publisher'])
    expect(find(name).environment).toMatchObject({
      SCHEMA_REGISTRY_URL: url,
      EVENT_ENCODING: '${EVENT_ENCODING:-json}',
    });
  expect(find('kafka-ui').environment).toHaveProperty('KAFKA_CLUSTERS_0_SCHEMAREGISTRY', url);
});

test('Postgres logs the same', () => {
  const flags = Object.entries(logSettings).map(([name, value]) => `${name}=${value}`);
  expect(find('postgres').command).toEqual(expect.arrayContaining(flags));
});

test('Redis has the same settings', () => {
  const settings = Object.entries(redisSettings).flatMap(([name, value]) => [`--${name}`, value]);
  expect(find('redis').command).toEqual(['redis-server', ...settings]);
});

test('the image brings the Node that npm brings elsewhere', () => {
  const { dependencies } = JSON.parse(read('../../package.json')) as {
    dependencies: Record<string, string>;
  };
  expect(read('../docker/Dockerfile')).toContain(`FROM node:${dependencies['node'] ?? '?'}-`);
});

test('Filebeat finds the files of all containers, and each line there names its service', () => {
  for (const [name, { logging }] of Object.entries(compose.services)) {
    const options = expect.objectContaining({ labels: 'com.docker.compose.service' });
    expect([name, logging]).toEqual([name, { driver: 'json-file', options }]);
  }
  expect(find('filebeat').volumes).toContain(
    '/var/lib/docker/containers:/var/lib/docker/containers:ro',
  );
  expect(parse(read('../logs/filebeat.yml'))).toMatchObject({
    'filebeat.inputs': [
      { type: 'filestream', paths: ['/var/lib/docker/containers/*/*-json.log*'] },
    ],
    'output.logstash': { hosts: ['logstash:5044'] },
  });
});

test('the parts of the profile logs are one version, each with its health, and come after the template', () => {
  const names = ['elasticsearch', 'kibana', 'logstash', 'filebeat'];
  const versions = names.map((name) => find(name).image.split(':')[1]);
  expect(new Set(versions).size).toBe(1);
  for (const name of names)
    expect([name, find(name).healthcheck]).toEqual([name, expect.anything()]);
  expect(Object.keys(find('logstash').depends_on ?? {})).toEqual(['logs-setup']);
  expect(Object.keys(find('filebeat').depends_on ?? {})).toEqual(['logstash']);
  expect(find('logs-setup').command).toEqual(['deploy/logs/setup.ts']);
});
