import type { JsonObject } from '@bufbuild/protobuf';
import { AppError } from '#platform/base/errors.ts';
import {
  describeDifferences,
  type SchemaDifference,
} from '#platform/messaging/schema-registry/describe-differences.ts';
import type { SchemaStore, SchemaSubject } from '../domain/schemas.ts';

export interface CompareSchemasInput {
  subject: string;
  /** 0: the version before `to`. */
  from: number;
  /** 0: the latest. */
  to: number;
}

export interface ComparedSchemas extends CompareSchemasInput {
  differences: SchemaDifference[];
  /** The later one, as JSON. */
  schema: string;
}

/** Tells in words how two versions of a schema differ. Refuses versions that there are not. */
export const compareSchemas =
  ({ list, find }: Pick<SchemaStore, 'list' | 'find'>) =>
  async ({ subject, from, to }: CompareSchemasInput): Promise<ComparedSchemas> => {
    const versions = versionsOf(await list(), subject);
    const later = to || lastBelow(versions, Infinity);
    const earlier = from || lastBelow(versions, later);
    const [before, after] = await Promise.all([
      earlier === 0 ? undefined : find(subject, earlier),
      find(subject, later),
    ]);
    if (after === undefined || (earlier !== 0 && before === undefined))
      throw new AppError(
        'not-found',
        'schema-not-found',
        `There is no such version of ${subject}; there is: ${versions.join(', ') || 'none'}.`,
      );
    const differences = before === undefined ? [] : compare(before, after);
    return { subject, from: earlier, to: later, differences, schema: after };
  };

const versionsOf = (subjects: readonly SchemaSubject[], subject: string): readonly number[] =>
  subjects.find((each) => each.subject === subject)?.versions ?? [];

const lastBelow = (versions: readonly number[], limit: number): number =>
  versions.findLast((each) => each < limit) ?? 0;

const compare = (before: string, after: string): SchemaDifference[] =>
  describeDifferences(JSON.parse(before) as JsonObject, JSON.parse(after) as JsonObject);
