import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { InvalidRequest } from '../../proto/validation/invalid-request.ts';

/** Reads a request in protobuf's binary format. Throws InvalidRequest for malformed bytes. */
export const decodeBinary = <S extends DescMessage>(
  schema: S,
  bytes: Uint8Array,
): MessageShape<S> => {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    const description = `is not a ${schema.typeName} in protobuf's binary format`;
    throw new InvalidRequest([{ field: '', description }], error);
  }
};
