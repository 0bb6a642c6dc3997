import { topicOf } from '#platform/messaging/topics.ts';
import type { Part } from '../../../testing/engines/part.ts';
import type { StartedPart } from '../parts.ts';
import { startRig, type Rig } from '../rig.ts';

export const topic = topicOf('pvz.v1.OrderEvent');
export const notifierGroup = 'pvz-notifier';

/** A time in milliseconds since the Unix epoch; the last one has no end while it lasts. */
export interface Span {
  readonly fromMs: number;
  toMs?: number;
}

/** What pvz-notifier had done when it was killed. */
export interface NotifierKill {
  /** The first offset that it had not committed. */
  readonly committed: number;
  /** How many lines it had logged. */
  readonly lines: number;
}

/** The pick-up point with two publishers and its notifier. */
export interface PvzRig extends Rig {
  readonly pvz: StartedPart;
  readonly notifier: Part;
  /** When faults kept the topic from being written. */
  readonly unwritable: Span[];
  readonly kills: NotifierKill[];
}

// notes when an attempt of an event is counted
const noteAttempts = `
  CREATE SCHEMA watch;
  CREATE TABLE watch.attempts (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, at timestamptz NOT NULL);
  CREATE INDEX ON watch.attempts (id);
  CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    INSERT INTO watch.attempts (id, at) VALUES (NEW.id, NEW.last_attempt_at);
    RETURN NULL;
  END $$;
  CREATE TRIGGER note AFTER UPDATE ON pvz.outbox FOR EACH ROW WHEN (NEW.attempts > OLD.attempts) EXECUTE FUNCTION watch.note();`;

export const startPvzRig = (): Promise<PvzRig> =>
  startRig(async ({ start, startPublishers }, { query }) => {
    await query(noteAttempts);
    const pvz = await start('pvz', 'pvz', { RATE_LIMIT: '0' });
    await startPublishers('pvz');
    const notifier = await start('pvz-notifier', 'notifier', {
      NOTIFIER_TOPIC: topic,
      NOTIFIER_GROUP: notifierGroup,
      REPLICA: 'pvz-notifier',
      LOG_LEVEL: 'info',
    });
    return { pvz, notifier, unwritable: [], kills: [] };
  });
