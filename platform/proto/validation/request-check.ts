import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator, Violation } from '@bufbuild/protovalidate';
import { InvalidRequest, type FieldViolation } from './invalid-request.ts';
import { createListCheck } from './list-check.ts';
import { createNulCheck } from './nul-check.ts';

/** Throws InvalidRequest when a message breaks its protovalidate rules or contains a NUL character. */
export type RequestCheck = (message: Message) => void;

/**
 * Creates the check of one message type. Rules are compiled once per validator, so share one among all
 * methods of a process.
 */
export const createRequestCheck = (validator: Validator, schema: DescMessage): RequestCheck => {
  const findNuls = createNulCheck(schema);
  const findLongLists = createListCheck(schema);
  return (message) => {
    // first, because the later checks look at each item
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
 * For a choice of fields, names the last one, whose absence or presence decides: protovalidate has the names
 * only in its message.
 */
const fieldOf = ({ field, ruleId, message }: Violation): string => {
  const path = pathToString(field);
  const last = ruleId === 'message.oneof' ? /(\w+) (?:can|must) be set$/.exec(message)?.[1] : '';
  return [path, last].filter(Boolean).join('.');
};
