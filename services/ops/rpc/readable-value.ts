import { decodeEventValue } from '#platform/messaging/event-value.ts';

/** The part of a message's value that people can read, and its form. */
export interface ReadableValue {
  value: string;
  valueForm: 'json' | 'text' | 'hex' | 'none';
}

const hexBytes = 256;
// includes characters that move a terminal's cursor
const unprintable = /[^\P{Cc}\n\r\t]|[\p{Cf}\p{Co}\p{Cn}]/u;

/** Makes the beginning of a value readable: as JSON or text if possible, otherwise as hexadecimal digits. */
export const readableValue = (bytes: Uint8Array | undefined, totalBytes: number): ReadableValue => {
  if (bytes === undefined) return { value: '', valueForm: 'none' };
  const isCut = bytes.length < totalBytes;
  const value = Buffer.from(bytes);
  const event = textOf(decodeEventValue(value), isCut);
  if (event !== undefined && isJson(event, isCut)) return { value: event, valueForm: 'json' };
  const text = textOf(value, isCut);
  if (text !== undefined) return { value: text, valueForm: 'text' };
  return { value: value.toString('hex', 0, hexBytes), valueForm: 'hex' };
};

const textOf = (value: Buffer, isCut: boolean): string | undefined => {
  try {
    // a value that was cut may end in the middle of a character
    const text = new TextDecoder('utf-8', { fatal: true }).decode(value, { stream: isCut });
    return unprintable.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
};

const isJson = (text: string, isCut: boolean): boolean => {
  if (isCut) return /^\s*[[{]\s*["[{\]}]/.test(text); // its end is not here
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
