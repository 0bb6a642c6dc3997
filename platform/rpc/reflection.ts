import { file_google_rpc_error_details } from '#gen/google/rpc/error_details_pb.ts';
import { toBinary, type DescFile, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { ReflectionService } from '@grpc/reflection';

/**
 * Server reflection (v1 and v1alpha) made from the descriptors that the services themselves use. Not by way
 * of @grpc/proto-loader: it drops the imports of files, and clients refuse those that use a type of another.
 */
export const createReflection = (services: readonly DescService[]): ReflectionService => {
  const files = new Map<string, DescFile>();
  // no service names what refusals carry; clients look it up to print it
  collect(file_google_rpc_error_details, files);
  for (const service of services) collect(service.file, files);
  const fileDescriptorProtos = [...files.values()].map(({ proto }) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, proto)),
  );
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  return new ReflectionService({ files: { format, type: {}, fileDescriptorProtos } });
};

// Dependencies first, as protoc writes a descriptor set.
const collect = (file: DescFile, files: Map<string, DescFile>): void => {
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(file.name, file);
};
