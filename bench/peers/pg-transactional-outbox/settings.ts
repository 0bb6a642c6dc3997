const schema = 'peer';
const table = 'outbox';

/** The settings of the package's set-up functions. */
export const setup = {
  outboxOrInbox: 'outbox',
  database: 'inorder',
  schema,
  table,
  listenerRole: 'postgres',
  nextMessagesName: 'next_outbox_messages',
  publication: 'peer',
  replicationSlot: 'peer',
};

/** The settings of its listeners. The two protections are off by the package's own defaults for an outbox. */
export const listener = {
  dbSchema: schema,
  dbTable: table,
  enableMaxAttemptsProtection: false,
  enablePoisonousMessageProtection: false,
  nextMessagesFunctionSchema: schema,
  nextMessagesFunctionName: setup.nextMessagesName,
  dbPublication: setup.publication,
  dbReplicationSlot: setup.replicationSlot,
};

export const ways = ['polling', 'polling-tuned', 'replication'] as const;
export type Way = (typeof ways)[number];

export const tunedPolling = { nextMessagesBatchSize: 100, nextMessagesPollingIntervalInMs: 10 };

/**
 * The package has a table of its own, into which a trigger copies each row of our outbox in the same transaction.
 * Messages of one segment stay in order.
 */
export const copySql = `
  CREATE FUNCTION ${schema}.copy() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO ${schema}.${table} (id, aggregate_type, aggregate_id, message_type, segment, payload, metadata)
    VALUES (NEW.id, NEW.topic, NEW.key, NEW.event_type, NEW.key, NEW.payload,
            NEW.headers || jsonb_build_object('ce_sequence', NEW.sequence::text));
    RETURN NULL;
  END $$;
  GRANT USAGE ON SCHEMA ${schema} TO loms;
  GRANT INSERT ON ${schema}.${table} TO loms;
  CREATE TRIGGER copy AFTER INSERT ON loms.outbox FOR EACH ROW EXECUTE FUNCTION ${schema}.copy();`;
