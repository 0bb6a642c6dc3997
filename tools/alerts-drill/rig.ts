import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { checkout } from '../../deploy/folders.ts';
import { localJobs, prometheusConfig } from '../../deploy/prometheus-files.ts';
import { portOf, registryUrlOf, type PortSetting } from '../../deploy/local/settings.ts';
import type { LocalSystem } from '../../testing/engines/local-system.ts';
import { startPrometheus, type RunningPrometheus } from '../../testing/engines/prometheus.ts';
import { runInorder } from '../../testing/run-inorder.ts';
import { shortRules } from './short-rules.ts';

/** A running system with a Prometheus that scrapes it, and what faults need. */
export interface Rig extends Pick<RunningPrometheus, 'alerts' | 'linesOf'> {
  readonly admin: Client;
  readonly kafka: Kafka;
  /** Another administrator's connection, e.g. to hold a lock; `close` ends it. */
  connect(): Promise<Client>;
  /** The Confluent API of the schema registry; undefined when the system has none. */
  readonly registryUrl: string | undefined;
  /** Sends a signal to the process of a service. */
  signal(service: string, signal: NodeJS.Signals): void;
  /** Calls a service by HTTP with JSON, and returns its answer. */
  post(port: PortSetting, path: string, body: unknown): Promise<Record<string, unknown>>;
  /** Runs `./inorder` as an operator would, and returns what it prints; throws when it fails. */
  inorder(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

// Each scrape costs a service some milliseconds, and seventeen are scraped.
const times = { intervalSeconds: 2, timeoutSeconds: 2 };

const rulesFile = join(checkout, 'deploy/prometheus/alerts.yaml');

/** Opens what faults need of a system that runs, and starts a Prometheus with the rules of the repository, shortened. */
export const openRig = async (system: LocalSystem): Promise<Rig> => {
  const rules = await readFile(rulesFile, 'utf8');
  const { settings } = system;
  const at = (port: PortSetting) => `http://127.0.0.1:${portOf(settings, port)}`;
  const url = `postgres://postgres:postgres@127.0.0.1:${settings.POSTGRES_PORT}/inorder`;
  const clients: Client[] = [];
  const connect = async () => {
    const client = new Client({ connectionString: url });
    clients.push(client);
    await client.connect();
    return client;
  };
  const admin = await connect();
  const kafka = createKafka({
    brokers: [`127.0.0.1:${settings.KAFKA_PORT}`],
    clientId: 'alerts-drill',
    logger: pino({ level: 'silent' }),
    requestTimeoutMs: 5_000,
  });
  const config = prometheusConfig(localJobs(settings), times);
  const prometheus = await startPrometheus(config, { 'alerts.yaml': shortRules(rules) });
  return {
    admin,
    kafka,
    connect,
    registryUrl: registryUrlOf(settings),
    alerts: () => prometheus.alerts(),
    linesOf: (query) => prometheus.linesOf(query),
    signal: (service, signal) => {
      const pid = system.state().parts.find(({ name }) => name === service)?.pid;
      if (pid === undefined) throw new Error(`${service} does not run.`);
      process.kill(pid, signal);
    },
    post: async (port, path, body) => {
      const response = await fetch(at(port) + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Record<string, unknown>;
    },
    inorder: async (...args) => {
      const variables = { INORDER_OPS: at('OPS_HTTP_PORT'), INORDER_ACTOR: 'drill' };
      const { code, stdout, stderr } = await runInorder(args, variables);
      if (code !== 0) throw new Error(`./inorder ${args.join(' ')}: ${stdout}${stderr}`);
      return stdout;
    },
    close: async () => {
      await prometheus.close();
      await Promise.all(clients.map((client) => client.end()));
    },
  };
};
