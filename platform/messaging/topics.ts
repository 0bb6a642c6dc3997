import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { duration } from '../base/config.ts';

const maxAttempts = z.int().min(1).max(100);

/**
 * What happens when a send fails. An event that is refused `max_attempts` times is FAILED:
 * under `default` it blocks its key, under `skip` later events are sent. The numbers of `pvz` come from its
 * contract.
 */
const publishPolicy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('default'), max_attempts: maxAttempts }),
  z.strictObject({ kind: z.literal('skip'), max_attempts: maxAttempts }),
  z.strictObject({ kind: z.literal('pvz') }),
]);

const topic = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]+([.-][a-z0-9]+)*$/, 'small letters, digits, dots and dashes'),
    owner: z.string().min(1),
    /** The full name of the protobuf message; absent for dead letters. */
    event: z
      .string()
      .regex(/^\w+(\.\w+)+$/)
      .optional(),
    /** Absent when the order of the fields in the JSON means nothing, as in any JSON. */
    field_order: z.literal('message').optional(),
    partitions: z.int().min(1).max(1_000),
    retention: duration,
    /** Absent when no outbox publishes to it. */
    publish: publishPolicy.optional(),
  })
  .refine(
    ({ event, field_order }) => field_order === undefined || event !== undefined,
    'field_order needs an event',
  )
  .transform(({ retention: retentionMs, ...rest }) => ({ ...rest, retentionMs }));

const profile = z
  .strictObject({ replication: z.int().min(1), min_insync: z.int().min(1) })
  .refine((each) => each.min_insync <= each.replication, 'min_insync is more than replication');

const manifest = z.strictObject({
  profiles: z.strictObject({ local: profile, cluster: profile }),
  topics: z.array(topic).refine(haveOwnNames, 'a topic is named twice'),
});

function haveOwnNames(topics: { name: string }[]): boolean {
  return new Set(topics.map(({ name }) => name)).size === topics.length;
}

export type TopicsManifest = z.output<typeof manifest>;
export type Topic = TopicsManifest['topics'][number];

/** Reads the topics manifest. Throws one Error that lists every fault with its position in the file. */
export const loadTopics = async (path: string): Promise<TopicsManifest> =>
  parseTopics(await readFile(path, 'utf8'), path);

/** Like `loadTopics`, from the text of the file. */
export const parseTopics = (text: string, path = 'topics.yaml'): TopicsManifest => {
  const result = manifest.safeParse(parse(text));
  if (result.success) return result.data;
  throw new Error(`${path} is wrong:\n${z.prettifyError(result.error)}`);
};

/** The name of the one topic of an event, e.g. of `order.v1.OrderPaid`, in deploy/topics.yaml beside this code. */
export const topicOf = (event: string): string =>
  theOne((each) => each.event === event, `event ${event}`);

/** The name of the one topic for the dead letters of a service, in deploy/topics.yaml beside this code. */
export const deadLetterTopicOf = (owner: string): string =>
  theOne((each) => each.event === undefined && each.owner === owner, `dead letters of ${owner}`);

/**
 * Whether the publish policy of a topic in deploy/topics.yaml leaves out events that cannot be sent, so that a gap
 * among those of a key is no violation.
 */
export const allowsGaps = (name: string): boolean => {
  const publish = loadOwnTopics().find((each) => each.name === name)?.publish;
  return publish !== undefined && publish.kind !== 'default';
};

const ownManifest = fileURLToPath(new URL('../../deploy/topics.yaml', import.meta.url));

// read once in a process, when the first setting asks for it
let ownTopics: readonly Topic[] | undefined;

const loadOwnTopics = (): readonly Topic[] =>
  (ownTopics ??= parseTopics(readFileSync(ownManifest, 'utf8'), ownManifest).topics);

const theOne = (isIt: (topic: Topic) => boolean, what: string): string => {
  const [found, ...others] = loadOwnTopics()
    .filter(isIt)
    .map(({ name }) => name);
  if (found !== undefined && others.length === 0) return found;
  const count = found === undefined ? 'no topic' : 'several topics';
  throw new Error(`${ownManifest} has ${count} for the ${what}.`);
};
