import { cp, chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout } from '../../deploy/folders.ts';
import { called, type Addresses } from './client.ts';
import { jarsOf, packagesOf, pythonWith, run, runJava, sources } from './tools.ts';

/** Saves `/openapi.json` of each service in the folder. */
const saveDocuments = async (folder: string, at: Addresses): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const name of called) {
    const document = await fetch(`${at[name].http}/openapi.json`);
    await writeFile(join(folder, `${name}.json`), await document.text());
  }
};

const httpOf = (at: Addresses): string[] => called.map((name) => at[name].http);

// pvz imports JSON, too, of which the client makes use
const knownWarning = 'Unsupported content type application/x-ndjson';

const warningsIn = (said: string): string[] => {
  const [before = '', ...warnings] = said.split(/^(?=WARNING )/m);
  if (warnings.length > 0) return warnings.filter((warning) => !warning.includes(knownWarning));
  return before.split('\n').filter((line) => /warning|cannot|omitted/i.test(line));
};

/** Generates a client with openapi-python-client and runs it. */
export const checkOpenapiPython = async (folder: string, at: Addresses): Promise<string> => {
  const python = await pythonWith('openapi-python');
  await saveDocuments(folder, at);
  const warnings: string[] = [];
  for (const name of called) {
    const into = ['--path', `${name}.json`, '--output-path', `${name}_client`, '--meta', 'none'];
    const said = await run(python, ['-m', 'openapi_python_client', 'generate', ...into], {
      cwd: folder,
      env: { PATH: `${join(python, '..')}:${process.env['PATH'] ?? ''}`, COLUMNS: '200' },
    });
    warnings.push(...warningsIn(said));
  }
  if (warnings.length > 0)
    throw new Error(`the generator left something out:\n${warnings.join('\n')}`);
  const check = join(sources, 'openapi-python/check.py');
  return run(python, [check, folder, ...httpOf(at)]);
};

/** Generates types with openapi-typescript, compiles the client with them, and runs it in Node. */
export const checkOpenapiTypescript = async (folder: string, at: Addresses): Promise<string> => {
  const packages = await packagesOf('openapi-typescript');
  await saveDocuments(folder, at);
  const program = (name: string) => join(packages, 'node_modules/.bin', name);
  for (const name of called)
    await run(program('openapi-typescript'), [`${name}.json`, '-o', `${name}.d.ts`], {
      cwd: folder,
    });
  await symlink(join(packages, 'node_modules'), join(folder, 'node_modules'));
  for (const file of ['check.ts', 'tsconfig.json', 'package.json'])
    await cp(join(sources, 'openapi-typescript', file), join(folder, file));
  await run(program('tsc'), ['-p', '.'], { cwd: folder });
  return run(process.execPath, ['out/check.js', ...httpOf(at)], { cwd: folder });
};

export const openapiGeneratorVersion = '7.14.0';

/** Generates a Java client with openapi-generator, compiles it and runs it. */
export const checkOpenapiJava = async (folder: string, at: Addresses): Promise<string> => {
  const generator = `org.openapitools:openapi-generator-cli:${openapiGeneratorVersion}:jar`;
  const jars = await jarsOf('openapi-java', [generator]);
  await saveDocuments(folder, at);
  const jar = join(jars, 'bin', `openapi-generator-cli-${openapiGeneratorVersion}.jar`);
  const made = ['-g', 'java', '--library', 'native', '-o', join(folder, 'java')];
  await run('java', ['-jar', jar, 'generate', '-i', join(folder, 'loms.json'), ...made]);
  await cp(join(sources, 'openapi-java/Check.java'), join(folder, 'java/src/main/java/Check.java'));
  return runJava({ folder: join(folder, 'java'), jars }, [at.loms.http]);
};

const protoFolders = [join(checkout, 'proto'), join(checkout, 'proto/third_party')];
const includes = protoFolders.map((one) => `-I${one}`);

/** The proto files that clients need: the contracts and their imports. */
const protoFiles = (): string[] =>
  [
    'loms/v1/loms.proto',
    'order/v1/order.proto',
    'payment/v1/payment.proto',
    'booking/v1/booking.proto',
    'ticket/v1/ticket.proto',
    'workflow/v1/workflow.proto',
    'buf/validate/validate.proto',
  ]
    .concat(['annotations', 'http'].map((name) => `google/api/${name}.proto`))
    .concat(['status', 'error_details'].map((name) => `google/rpc/${name}.proto`));

/** Where the services listen that clients call over gRPC with generated stubs. */
const grpcOf = ({ loms, order, booking, ticket }: Addresses): string[] =>
  [loms, order, booking, ticket].map(({ grpc }) => grpc);

/** Runs grpcio with stubs that grpcio-tools generates. */
export const checkGrpcPython = async (folder: string, at: Addresses): Promise<string> => {
  const python = await pythonWith('grpc-python');
  await mkdir(folder, { recursive: true });
  const outs = [`--python_out=${folder}`, `--grpc_python_out=${folder}`];
  await run(python, ['-m', 'grpc_tools.protoc', ...includes, ...outs, ...protoFiles()]);
  const check = join(sources, 'grpc-python/check.py');
  return run(python, [check, folder, ...grpcOf(at)]);
};

export const protocVersion = '4.33.2';
export const grpcJavaVersion = '1.78.0';

/** Runs grpc-java with stubs that protoc and its plugin generate. */
export const checkGrpcJava = async (folder: string, at: Addresses): Promise<string> => {
  const platform = `${process.platform === 'darwin' ? 'osx' : 'linux'}-${process.arch === 'arm64' ? 'aarch_64' : 'x86_64'}`;
  const jars = await jarsOf('grpc-java', [
    `com.google.protobuf:protoc:${protocVersion}:exe:${platform}`,
    `io.grpc:protoc-gen-grpc-java:${grpcJavaVersion}:exe:${platform}`,
  ]);
  await mkdir(folder, { recursive: true });
  const programs = (await readdir(join(jars, 'bin'))).map((name) => join(jars, 'bin', name));
  await Promise.all(programs.map((path) => chmod(path, 0o755)));
  const [plugin = '', protoc = ''] = ['protoc-gen-grpc-java', 'protoc-4'].map((name) =>
    programs.find((path) => path.includes(`/${name}`)),
  );
  const outs = [
    `--java_out=${folder}`,
    `--plugin=protoc-gen-grpc-java=${plugin}`,
    `--grpc-java_out=${folder}`,
  ];
  // protobuf's jar contains the proto files of the well-known types
  const wellKnown = join(folder, 'well-known');
  await mkdir(wellKnown);
  const jar = join(jars, 'lib', `protobuf-java-${protocVersion}.jar`);
  await run('jar', ['xf', jar, 'google/protobuf'], { cwd: wellKnown });
  await run(protoc, [`-I${wellKnown}`, ...includes, ...outs, ...protoFiles()]);
  await cp(join(sources, 'grpc-java/Check.java'), join(folder, 'Check.java'));
  return runJava({ folder, jars }, grpcOf(at));
};
