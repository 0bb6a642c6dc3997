// `node deploy/wait-until-prepared.ts PROCESS`: ends when the init steps have done what the process needs. In Kubernetes it
// runs before the process, with the same settings, so that a rollout waits.
import { z } from 'zod';
import { commonSettings, loadConfigOrExit } from '#platform/base/config.ts';
import { createLogger } from '#platform/base/logger.ts';
import { usesKafka } from '#platform/base/manifest.ts';
import { secret } from '#platform/base/secret-files.ts';
import { sleep } from '#platform/base/sleep.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { missingOf } from './k8s/prepared.ts';
import { processes, type Process } from './k8s/processes.ts';

const askEveryMs = 1_000;

const loadUrl = (): string =>
  loadConfigOrExit(z.object({ DATABASE_URL: secret(databaseUrl) }), process.env).DATABASE_URL;

const openKafka = async (): Promise<Kafka> => {
  const config = loadConfigOrExit(z.object({ ...commonSettings, ...kafkaSettings }), process.env);
  const service = 'wait-until-prepared';
  const logger = createLogger({ service, level: 'error', format: config.LOG_FORMAT });
  return createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: service,
    logger,
    requestTimeoutMs: 5_000,
    security: await loadKafkaSecurity(config),
  });
};

const waitFor = async ({ service, consumers }: Process): Promise<void> => {
  const engines = {
    url: service.schema === undefined ? undefined : loadUrl(),
    kafka: usesKafka(service) ? await openKafka() : undefined,
  };
  for (let told = ''; ;) {
    const missing = (await missingOf({ ...service, consumers }, engines)).join('; ');
    if (missing === '') return;
    if (missing !== told) console.log(`Waiting for the init steps: ${missing}.`);
    told = missing;
    await sleep(askEveryMs);
  }
};

const [, , name = ''] = process.argv;
const found = processes.find((each) => each.name === name);
if (found === undefined) {
  const known = processes.map((each) => each.name).join(', ');
  console.error(`There is no process ${name}. There are ${known}.`);
  process.exit(1);
}
await waitFor(found);
console.log('Everything is prepared.');
