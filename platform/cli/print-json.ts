import { encodeJson } from '../proto/json/encode.ts';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Printer } from './printer.ts';

/** Prints an answer as REST would return it. */
export const printJson = <Desc extends DescMessage>(
  { say, enumStyle = 'long' }: Pick<Printer, 'say' | 'enumStyle'>,
  desc: Desc,
  message: MessageShape<Desc>,
): void =>
  say(JSON.stringify(encodeJson(desc, message, { emitDefaults: true, enumStyle }), null, 2));
