import { file_buf_validate_validate } from '#gen/buf/validate/validate_pb.ts';
import { file_google_api_annotations } from '#gen/google/api/annotations_pb.ts';
import {
  createFileRegistry,
  createRegistry,
  fromJson,
  type DescFile,
  type JsonObject,
} from '@bufbuild/protobuf';
import {
  file_google_protobuf_duration,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

const imports = [
  file_buf_validate_validate,
  file_google_api_annotations,
  file_google_protobuf_duration,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
];

/**
 * Creates a proto3 file that exists only in a test, from a google.protobuf.FileDescriptorProto in JSON. Options are
 * written as `"[buf.validate.field]"` and `"[google.api.http]"`.
 */
export const createProtoFile = (json: JsonObject): DescFile => {
  const proto = fromJson(
    FileDescriptorProtoSchema,
    { syntax: 'proto3', dependency: imports.map(({ name }) => `${name}.proto`), ...json },
    { registry: createRegistry(...imports) },
  );
  const files = createFileRegistry(proto, (name) =>
    imports.find((one) => `${one.name}.proto` === name),
  );
  const file = files.getFile(proto.name);
  if (file === undefined) throw new Error(`${proto.name} was not made`);
  return file;
};
