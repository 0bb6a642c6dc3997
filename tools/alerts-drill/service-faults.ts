import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { registerSchema } from '#platform/messaging/schema-registry/register.ts';
import { loadTopics, topicOf } from '#platform/messaging/topics.ts';
import { freeze, type Fault } from './fault.ts';

export const roleLockedOut: Fault = {
  what: 'The role of payment may not log in any more, and its connections are cut; it may again.',
  alerts: { ServiceNotReady: { job: 'payment' } },
  begin: async ({ admin }) => {
    await admin.query('ALTER ROLE payment NOLOGIN');
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'payment'",
    );
    return async () => {
      await admin.query('ALTER ROLE payment LOGIN');
    };
  },
};

export const opsFrozen: Fault = {
  what: 'ops is stopped (SIGSTOP), and goes on.',
  alerts: { ConsumerLagMissing: {}, ServiceAway: { job: 'ops' } },
  begin: (rig) => Promise.resolve(freeze(rig, 'ops')),
};

const topic = topicOf('loms.v1.OrderStatusChanged');

export const schemaReplaced: Fault = {
  what: 'The registry has another schema of a topic, which that of the code breaks; it gets that of the code.',
  alerts: { SchemaIncompatible: { topic } },
  begin: async ({ registryUrl }) => {
    if (registryUrl === undefined) throw new Error('This system has no schema registry.');
    const registry = createSchemaRegistry({ url: registryUrl, timeoutMs: 10_000 });
    const { topics } = await loadTopics('deploy/topics.yaml');
    const found = (await loadEventSchemas(topics)).find((each) => each.topic === topic);
    if (found === undefined) throw new Error(`${topic} has no schema.`);
    const { subject, schema } = found;
    const forget = async () => {
      for (const query of ['', '?permanent=true'])
        await fetch(`${registryUrl}/subjects/${subject}${query}`, { method: 'DELETE' });
    };
    await forget();
    const other = JSON.stringify(schema).replaceAll('"type":"integer"', '"type":"boolean"');
    await registry.register(subject, other);
    return async () => {
      await forget();
      await registerSchema(registry, subject, schema);
    };
  },
};
