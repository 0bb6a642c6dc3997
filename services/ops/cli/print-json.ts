import { encodeJson } from '#platform/proto/json/encode.ts';
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { CliContext } from './context.ts';

/** Prints an answer as REST would return it. */
export const printJson = <Desc extends DescMessage>(
  { say }: Pick<CliContext, 'say'>,
  desc: Desc,
  message: MessageShape<Desc>,
): void => say(JSON.stringify(encodeJson(desc, message, { emitDefaults: true }), null, 2));
