import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { writeFile } from 'node:fs/promises';

const grpcPrefixBytes = 5;

/** How many bytes precede a message: gRPC writes a compression flag and the length. */
export const prefixBytes = { grpc: grpcPrefixBytes, connect: 0 };

export interface RequestFile<M extends DescMessage> {
  file: string;
  protocol: keyof typeof prefixBytes;
  schema: M;
  message: MessageInitShape<M>;
}

/** Writes a request to a file as the body of an HTTP request. */
export const writeRequest = async <M extends DescMessage>(
  request: RequestFile<M>,
): Promise<void> => {
  const { file, protocol, schema, message } = request;
  const bytes = toBinary(schema, create(schema, message));
  const prefix = Buffer.alloc(prefixBytes[protocol]);
  if (protocol === 'grpc') prefix.writeUInt32BE(bytes.length, 1);
  await writeFile(file, Buffer.concat([prefix, bytes]));
};
