import {
  ServerReflectionResponseSchema,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { Code } from '#gen/google/rpc/code_pb.ts';
import { file_google_rpc_error_details } from '#gen/google/rpc/error_details_pb.ts';
import {
  create,
  toBinary,
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { nestedTypes } from '@bufbuild/protobuf/reflect';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']
>;

/** Answers one request about what is served. For an unknown name, the answer says so. */
export type Reflect = (request: ServerReflectionRequest) => ServerReflectionResponse;

/**
 * Creates reflection over exactly these services, from the descriptors that they themselves use: files are
 * sent as they were compiled, with their options. Types that only refusals carry are known, too.
 */
export const createReflection = (services: readonly DescService[]): Reflect => {
  const files = new Map<string, DescFile>();
  // clients look up the details of refusals to print them
  collect(file_google_rpc_error_details, files);
  for (const service of services) collect(service.file, files);
  const index = indexOf([...files.values()]);
  const names = services.map(({ typeName }) => ({ name: typeName }));

  const answerTo = ({ messageRequest: asked }: ServerReflectionRequest): Answer => {
    switch (asked.case) {
      case 'listServices':
        return { case: 'listServicesResponse', value: { service: names } };
      case 'fileByFilename':
        return tell(files.get(asked.value), `the file ${asked.value}`);
      case 'fileContainingSymbol':
        return tell(index.symbols.get(asked.value), asked.value);
      case 'fileContainingExtension': {
        const { containingType: type, extensionNumber: number } = asked.value;
        return tell(index.extensions.get(type)?.get(number), `the extension ${number} of ${type}`);
      }
      case 'allExtensionNumbersOfType':
        return tellNumbers(index, asked.value);
      case undefined:
        return fail(Code.INVALID_ARGUMENT, 'The request asks for nothing that is known here.');
    }
  };
  return (request) =>
    create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: answerTo(request),
    });
};

/** Dependencies first, as protoc writes a descriptor set. */
const collect = (file: DescFile, files: Map<string, DescFile>): void => {
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(file.proto.name, file);
};

interface Index {
  /** Where each symbol is declared, by its full name. */
  symbols: ReadonlyMap<string, DescFile>;
  messages: ReadonlySet<string>;
  /** Where the extensions of a message are declared, by their numbers. */
  extensions: ReadonlyMap<string, ReadonlyMap<number, DescFile>>;
}

const indexOf = (files: readonly DescFile[]): Index => {
  const symbols = new Map<string, DescFile>();
  const messages = new Set<string>();
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const file of files) {
    for (const type of nestedTypes(file)) {
      for (const name of [type.typeName, ...partsOf(type)]) symbols.set(name, file);
      if (type.kind === 'message') messages.add(type.typeName);
      if (type.kind !== 'extension') continue;
      const ofType = extensions.get(type.extendee.typeName) ?? new Map<number, DescFile>();
      extensions.set(type.extendee.typeName, ofType.set(type.number, file));
    }
  }
  return { symbols, messages, extensions };
};

/** The names declared in a type, as protobuf spells them. */
const partsOf = (type: DescMessage | DescEnum | DescExtension | DescService): string[] => {
  switch (type.kind) {
    case 'message':
      return [...type.fields, ...type.proto.oneofDecl].map(
        ({ name }) => `${type.typeName}.${name}`,
      );
    case 'service':
      return type.methods.map(({ name }) => `${type.typeName}.${name}`);
    case 'enum': {
      // values are named beside their enum, not in it
      const scope = type.typeName.slice(0, type.typeName.lastIndexOf('.') + 1);
      return type.values.map(({ name }) => `${scope}${name}`);
    }
    case 'extension':
      return [];
  }
};

/** The file first, then all that it imports. */
const tell = (file: DescFile | undefined, what: string): Answer => {
  if (file === undefined) return fail(Code.NOT_FOUND, `Nothing here is named ${what}.`);
  const files = new Map<string, DescFile>();
  collect(file, files);
  const bytes = [...files.values()]
    .toReversed()
    .map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto: bytes } };
};

const tellNumbers = ({ messages, extensions }: Index, type: string): Answer => {
  if (!messages.has(type)) return fail(Code.NOT_FOUND, `Nothing here is named ${type}.`);
  const extensionNumber = [...(extensions.get(type)?.keys() ?? [])].toSorted((a, b) => a - b);
  return {
    case: 'allExtensionNumbersResponse',
    value: { baseTypeName: type, extensionNumber },
  };
};

const fail = (errorCode: Code, errorMessage: string): Answer => ({
  case: 'errorResponse',
  value: { errorCode, errorMessage },
});
