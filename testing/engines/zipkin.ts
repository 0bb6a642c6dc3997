import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startZipkin } from '../../deploy/local/zipkin.ts';
import { findFreePort } from '../free-port.ts';

/** A span as Zipkin returns it: names are in lower case. */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId?: string;
  name: string;
  kind?: string;
  localEndpoint: { serviceName: string };
  tags?: Readonly<Record<string, string>>;
}

/** A real Zipkin for one test file. */
export interface TestZipkin {
  /** The settings with which a service sends its traces there. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves with the traces of which a span has this attribute. */
  find(attribute: string, value: string): Promise<ZipkinSpan[][]>;
  /** Resolves with the spans of this name, whose trace is any. */
  named(name: string): Promise<ZipkinSpan[]>;
  close(): Promise<void>;
}

export const startTestZipkin = async (): Promise<TestZipkin> => {
  const folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-zipkin-`));
  const server = await startZipkin({
    port: await findFreePort(),
    logFile: join(folder, 'zipkin.log'),
    isThrowAway: true,
    say: console.error,
  });
  const ask = async (what: Record<string, string>): Promise<ZipkinSpan[][]> => {
    const query = new URLSearchParams({ ...what, limit: '100' });
    const answer = await fetch(`${server.url}/api/v2/traces?${query.toString()}`);
    return (await answer.json()) as ZipkinSpan[][];
  };
  return {
    env: {
      OTEL_TRACES_EXPORTER: 'zipkin',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${server.url}/api/v2/spans`,
    },
    find: (attribute, value) => ask({ annotationQuery: `${attribute}=${value}` }),
    named: async (spanName) =>
      (await ask({ spanName })).flat().filter(({ name }) => name === spanName),
    close: async () => {
      server.kill('SIGKILL');
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
