import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkBrowser } from './browser.ts';
import type { ForeignClient } from './client.ts';
import {
  checkBufCurl,
  checkGhz,
  checkGrpcurl,
  ghzVersion,
  grpcurlVersion,
} from './command-line.ts';
import {
  checkGrpcJava,
  checkGrpcPython,
  checkOpenapiJava,
  checkOpenapiPython,
  checkOpenapiTypescript,
  grpcJavaVersion,
  openapiGeneratorVersion,
} from './generated.ts';
import { sources } from './tools.ts';

const go = { program: 'go', remedy: 'Go 1.24 or newer: https://go.dev/dl' };
const python = {
  program: 'python3',
  remedy: 'Python 3.10 or newer, with venv: https://python.org',
};
const java = [
  { program: 'java', remedy: 'Java 17 or newer: https://adoptium.net' },
  { program: 'javac', remedy: 'a JDK, not a JRE alone: https://adoptium.net' },
  { program: 'mvn', remedy: 'Maven: https://maven.apache.org' },
];
const npm = { program: 'npm', remedy: 'Node with npm: https://nodejs.org' };

const pinned = (name: string, requirement: string): string =>
  new RegExp(`^${requirement}==(.+)$`, 'm').exec(
    readFileSync(join(sources, name, 'requirements.txt'), 'utf8'),
  )?.[1] ?? '?';

const packageVersion = (name: string, folder: string): string => {
  const path = join(sources, folder, 'package.json');
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path, 'utf8')) as Partial<
    Record<'dependencies' | 'devDependencies', Record<string, string>>
  >;
  return { ...devDependencies, ...dependencies }[name] ?? '?';
};

const ours = '../..';

/** All the clients that `make clients` runs, in this order. */
export const foreignClients: readonly ForeignClient[] = [
  { name: 'grpcurl', version: grpcurlVersion, needs: [go], check: checkGrpcurl },
  { name: 'ghz', version: ghzVersion, needs: [go], check: checkGhz },
  {
    name: 'buf-curl',
    version: packageVersion('@bufbuild/buf', ours),
    needs: [],
    check: checkBufCurl,
  },
  {
    name: 'grpc-python',
    version: pinned('grpc-python', 'grpcio'),
    needs: [python],
    check: checkGrpcPython,
  },
  { name: 'grpc-java', version: grpcJavaVersion, needs: java, check: checkGrpcJava },
  {
    name: 'connect-web',
    version: packageVersion('@connectrpc/connect-web', ours),
    needs: [],
    check: checkBrowser,
  },
  {
    name: 'openapi-python',
    version: pinned('openapi-python', 'openapi-python-client'),
    needs: [python],
    check: checkOpenapiPython,
  },
  {
    name: 'openapi-typescript',
    version: packageVersion('openapi-typescript', 'openapi-typescript'),
    needs: [npm],
    check: checkOpenapiTypescript,
  },
  { name: 'openapi-java', version: openapiGeneratorVersion, needs: java, check: checkOpenapiJava },
];
