import type { JsonObject } from '@bufbuild/protobuf';
import { AppError } from '../../base/errors.ts';
import type { RegisteredSchema, SchemaRegistry } from './client.ts';
import { describeBreaks } from './describe-breaks.ts';
import { findBreaks } from './find-breaks.ts';

export interface Registration {
  result: 'exists' | 'registered';
  version: number;
  id: number;
  /** False when the registry does not know this draft of JSON Schema, so that only we compared. */
  isJudged: boolean;
}

/**
 * Registers the schema unless the subject has it, in any version; compatibility becomes BACKWARD. Rejects
 * with `schema-incompatible`, in words, when data of the latest version would not fit. Safe when run twice.
 */
export const registerSchema = async (
  registry: SchemaRegistry,
  subject: string,
  schema: JsonObject,
): Promise<Registration> => {
  const text = JSON.stringify(schema);
  // an older version too: whoever goes back to older code needs nothing new
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

/** False when the registry could not judge. */
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
  // killed in between: the next run finds NONE, and sets it back
  await registry.setCompatibility(subject, 'NONE');
  try {
    await registry.register(subject, text);
  } finally {
    await registry.setCompatibility(subject, 'BACKWARD');
  }
  return false;
};

/**
 * Apicurio 3.0 compares drafts up to 07 only, and refuses a second version under any rule: with a 500, as any fault
 * of its own, so that only the text tells.
 */
const isUnableToJudge = (error: unknown): boolean =>
  error instanceof AppError && error.message.includes('could not determine version');
