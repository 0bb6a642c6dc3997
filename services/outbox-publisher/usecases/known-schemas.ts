import { backoffMs } from '#platform/base/backoff.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { ValueForm, ValueFormOf } from '../domain/value-form.ts';

export interface KnownSchemasDeps {
  /** The topics whose events have a schema. */
  topics: readonly string[];
  encoding: 'json' | 'confluent';
  /** What holds of a topic's values whether or not its schema is known. */
  baseForms: ReadonlyMap<string, ValueForm>;
  /** Finds the id of the topic's latest schema; undefined when none is registered. */
  findSchemaId: (topic: string) => Promise<number | undefined>;
  urlOf: (schemaId: number) => string;
  logger: Logger;
}

export interface KnownSchemas {
  /** From the last answer of the registry, so that a later outage changes nothing. */
  readonly formOf: ValueFormOf;
  /** Asks the registry until the signal aborts, less and less often. */
  run(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when events may be sent: at once with `json`, otherwise when every topic's schema is known; also
   * when the asking has ended.
   */
  readonly usable: Promise<void>;
  /** For readiness: rejects with the reason while events may not be sent. */
  check(): Promise<void>;
}

const refreshMs = 60_000;
const backoff = { firstMs: 500, maxMs: 30_000 };

/**
 * The schemas of events, kept in memory so that sending needs no request. With `json`, an unknown schema only
 * means that events do not name it; with `confluent`, nothing is sent until all are known.
 */
export const createKnownSchemas = (deps: KnownSchemasDeps): KnownSchemas => {
  const { topics, encoding, baseForms, logger } = deps;
  const forms = new Map<string, ValueForm>();
  const usable = Promise.withResolvers<undefined>();
  let why: string | undefined = 'the schema registry has not been asked yet';

  const askOf = async (topic: string): Promise<void> => {
    const schemaId = await deps.findSchemaId(topic);
    if (schemaId === undefined) throw new Error(`no schema is registered for ${topic}`);
    const dataSchema = deps.urlOf(schemaId);
    const named = encoding === 'confluent' ? { dataSchema, schemaId } : { dataSchema };
    forms.set(topic, { ...baseForms.get(topic), ...named });
  };
  /** Asks for every topic, even if one fails. */
  const ask = async (): Promise<void> => {
    const asked = await Promise.allSettled(topics.map(askOf));
    const fault = asked.find(({ status }) => status === 'rejected');
    if (fault?.status === 'rejected') throw fault.reason;
  };
  const askAndTell = async (failures: number): Promise<number> => {
    try {
      await ask();
    } catch (error) {
      if (failures === 0) tell(error);
      if (forms.size < topics.length) why = Error.isError(error) ? error.message : String(error);
      return failures + 1;
    }
    if (why !== undefined || failures > 0)
      logger.info({ topics }, 'the schemas of events are known');
    why = undefined;
    usable.resolve(undefined);
    return 0;
  };
  const tell = (err: unknown): void => {
    if (forms.size === topics.length)
      logger.warn(
        { err },
        'the schema registry is unavailable; events go on with the schemas known',
      );
    else if (encoding === 'json')
      logger.info({ err }, 'the schemas of events are not known; events do not name them');
    else
      logger.warn({ err }, 'the schemas of events are not known; nothing is sent until they are');
  };
  if (encoding === 'json' || topics.length === 0) usable.resolve(undefined);
  return {
    formOf: (topic) => forms.get(topic) ?? baseForms.get(topic) ?? plain,
    run: async (signal) => {
      let failures = 0;
      while (!signal.aborted && topics.length > 0) {
        failures = await askAndTell(failures);
        await sleep(failures === 0 ? refreshMs : backoffMs(failures, backoff), signal);
      }
      usable.resolve(undefined);
    },
    usable: usable.promise,
    check: async () => {
      if (encoding === 'confluent' && forms.size < topics.length) throw new Error(why);
      return Promise.resolve();
    },
  };
};

const plain: ValueForm = {};
