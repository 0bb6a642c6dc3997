import type { JsonObject } from '@bufbuild/protobuf';
import { AppError } from '../../base/errors.ts';
import type { RegisteredSchema, SchemaRegistry } from './client.ts';
import { describeBreaks } from './describe-breaks.ts';
import { findBreaks } from './find-breaks.ts';

export interface Registration {
  result: 'exists' | 'registered';
  version: number;
  id: number;
  /** False when the registry does not know this draft of JSON Schema, so that only our own comparison was made. */
  isJudged: boolean;
}

/**
 * Registers the schema unless a version of the subject has it already, and sets the compatibility to BACKWARD.
 * Rejects with `schema-incompatible` and the differences when data of the latest version would not be valid. Safe
 * to run twice.
 */
export const registerSchema = async (
  registry: SchemaRegistry,
  subject: string,
  schema: JsonObject,
): Promise<Registration> => {
  const text = JSON.stringify(schema);
  // An older version counts too, so that a rollback to older code registers nothing.
  const known = await registry.findExact(subject, text);
  const latest = known ?? (await registry.findLatest(subject));
  if (latest) await ensureBackward(registry, subject);
  if (known) return { result: 'exists', ...placeOf(known), isJudged: true };
  if (latest) refuseBreaks(subject, latest, schema);
  const isJudged = await registerNew(registry, subject, text);
  await ensureBackward(registry, subject);
  const made = await registry.findExact(subject, text);
  if (!made) throw new Error(`${subject} was registered, and is not found.`);
  return { result: 'registered', ...placeOf(made), isJudged };
};

/**
 * Lists the changes for which `registerSchema` would reject; none when the subject has the schema already, in
 * whichever version, or has nothing. Changes nothing.
 */
export const listRefusedChanges = async (
  registry: Pick<SchemaRegistry, 'findExact' | 'findLatest'>,
  subject: string,
  schema: JsonObject,
): Promise<string[]> => {
  if (await registry.findExact(subject, JSON.stringify(schema))) return [];
  const latest = await registry.findLatest(subject);
  return latest === undefined ? [] : findBreaks(JSON.parse(latest.schema) as JsonObject, schema);
};

const placeOf = ({ version, id }: RegisteredSchema) => ({ version, id });

const ensureBackward = async (registry: SchemaRegistry, subject: string): Promise<void> => {
  if ((await registry.findCompatibility(subject)) === 'BACKWARD') return;
  await registry.setCompatibility(subject, 'BACKWARD');
};

const refuseBreaks = (subject: string, latest: RegisteredSchema, schema: JsonObject): void => {
  const breaks = findBreaks(JSON.parse(latest.schema) as JsonObject, schema);
  if (breaks.length === 0) return;
  const what = `${subject}: events of version ${latest.version} would not fit the schema of now`;
  throw new AppError('precondition', 'schema-incompatible', describeBreaks(what, breaks));
};

/** Registers a new version; resolves with false when the registry could not compare it. */
const registerNew = async (
  registry: SchemaRegistry,
  subject: string,
  text: string,
): Promise<boolean> => {
  try {
    await registry.register(subject, text);
    return true;
  } catch (error) {
    if (!isUnableToJudge(error)) throw error;
  }
  // If the process is killed before BACKWARD is restored, the next run finds NONE and restores it.
  await registry.setCompatibility(subject, 'NONE');
  try {
    await registry.register(subject, text);
  } finally {
    await registry.setCompatibility(subject, 'BACKWARD');
  }
  return false;
};

/**
 * Apicurio 3.0 compares drafts up to 07 only, and refuses a second version of a later draft under any rule. It
 * answers with a 500, as for its internal errors, so the case can only be recognised by the text.
 */
const isUnableToJudge = (error: unknown): boolean =>
  error instanceof AppError && error.message.includes('could not determine version');
