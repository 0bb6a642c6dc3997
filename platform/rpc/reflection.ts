import { create, toBinary, type DescFile, type DescService } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';

/** Server reflection (v1 and v1alpha) made from the descriptors that the services themselves use. */
export const createReflection = (services: readonly DescService[]): ReflectionService => {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const set = create(FileDescriptorSetSchema, { file: [...files.values()].map((f) => f.proto) });
  const bytes = Buffer.from(toBinary(FileDescriptorSetSchema, set));
  return new ReflectionService(loadFileDescriptorSetFromBuffer(bytes));
};

// Dependencies first, as protoc writes a descriptor set.
const collect = (file: DescFile, files: Map<string, DescFile>): void => {
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(file.name, file);
};
