import { AppError } from '#platform/base/errors.ts';
import { decodeEventValue } from '#platform/messaging/event-value.ts';

/**
 * Makes the bytes of an edited value: with the id of its schema before it where the value that was received has one.
 * Refuses what is not JSON, and what was not changed.
 */
export const editedValue = (json: string, received: Uint8Array | undefined): Uint8Array => {
  try {
    JSON.parse(json);
  } catch (cause) {
    const why = Error.isError(cause) ? cause.message : String(cause);
    throw new AppError('invalid', 'value-not-json', `The value is not JSON: ${why}`, {
      field: 'value',
      cause,
    });
  }
  const before = Buffer.from(received ?? []);
  const text = Buffer.from(json);
  const content = decodeEventValue(before);
  if (content.equals(text))
    throw new AppError(
      'invalid',
      'value-unchanged',
      'The value was not changed: redrive the dead letter without editing it.',
      { field: 'value' },
    );
  return Buffer.concat([before.subarray(0, before.length - content.length), text]);
};
