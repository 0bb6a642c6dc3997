import type { Message } from '@bufbuild/protobuf';
import { encodeFieldJson, encodeJson } from '../../proto/json/encode.ts';
import type { Codec } from '../rpc/codec.ts';
import { bindRequest, type RestRequest } from './binding.ts';
import type { RestRule } from './rules.ts';

/** Decodes requests from path, query and body; encodes answers as JSON text. */
export const createRestCodec = (rule: RestRule): Codec<RestRequest, string> => {
  const { output } = rule.method;
  const { responseBody, enumStyle } = rule;
  const options = { emitDefaults: true, enumStyle };
  return {
    protocol: 'rest',
    decode: (request) => bindRequest(rule, request),
    encode: (message: Message) =>
      JSON.stringify(
        responseBody === undefined
          ? encodeJson(output, message, options)
          : encodeFieldJson(message, responseBody, options),
      ),
  };
};

/** Whether a client that reconnects to such a stream can continue after the last event that it has seen. */
export const isResumable = ({ method }: RestRule): boolean =>
  method.methodKind === 'server_streaming' &&
  method.input.fields.some(({ name }) => name === 'after_sequence');

/**
 * Encodes answers as server-sent events. Where answers have a `sequence`, it is the id of the event, and
 * where requests have an `after_sequence`, a client that reconnects resumes after the `Last-Event-ID` that it
 * sends.
 */
export const createEventCodec = (rule: RestRule): Codec<RestRequest, string> => {
  const { output } = rule.method;
  const plain = createRestCodec(rule);
  const id = output.fields.find(
    ({ name, fieldKind }) => name === 'sequence' && fieldKind === 'scalar',
  );
  return {
    protocol: 'rest',
    decode: (request) => {
      const { lastEventId } = request;
      if (!isResumable(rule) || lastEventId === undefined) return plain.decode(request);
      // Newer than the query, which such a client repeats unchanged.
      const query = new URLSearchParams(request.query);
      query.delete('afterSequence');
      query.set('after_sequence', lastEventId);
      return plain.decode({ ...request, query });
    },
    encode: (message) => {
      const line =
        id && `id: ${JSON.stringify(encodeFieldJson(message, id, { emitDefaults: true }))}\n`;
      return `${line ?? ''}data: ${plain.encode(message)}\n\n`;
    },
  };
};
