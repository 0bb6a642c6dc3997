import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator, Violation } from '@bufbuild/protovalidate';
import { InvalidRequest, type FieldViolation } from './invalid-request.ts';
import { createListCheck } from './list-check.ts';
import { createNulCheck } from './nul-check.ts';

/** Throws InvalidRequest when a message breaks its protovalidate rules or holds a NUL character. */
export type RequestCheck = (message: Message) => void;

/** Rules are compiled once per validator: share one among all methods of a process. */
export const createRequestCheck = (validator: Validator, schema: DescMessage): RequestCheck => {
  const findNuls = createNulCheck(schema);
  const findLongLists = createListCheck(schema);
  return (message) => {
    // first: what follows looks at each item
    const longLists = findLongLists(message);
    if (longLists.length > 0) throw new InvalidRequest(longLists);
    const result = validator.validate(schema, message);
    // A rule that cannot be compiled or run is our bug, not the caller's.
    if (result.kind === 'error') throw result.error;
    const violations: FieldViolation[] = findNuls(message);
    for (const violation of result.violations ?? []) {
      violations.push({ field: fieldOf(violation), description: violation.message });
    }
    if (violations.length > 0) throw new InvalidRequest(violations);
  };
};

/**
 * Of a choice of fields the last one is named, whose absence or presence settles it: protovalidate has the
 * names in its message only.
 */
const fieldOf = ({ field, ruleId, message }: Violation): string => {
  const path = pathToString(field);
  const last = ruleId === 'message.oneof' ? /(\w+) (?:can|must) be set$/.exec(message)?.[1] : '';
  return [path, last].filter(Boolean).join('.');
};
