import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../../deploy/folders.ts';
import { asEngine, untilReady, withLog } from '../../deploy/local/engine.ts';
import { ensureFetched, type MavenServer } from '../../deploy/local/maven-cache.ts';
import { spawnTied } from '../../deploy/local/tied-process.ts';

const version = '2.19.1.0';
const pom = join(checkout, 'testing/engines/opensearch-pom.xml');

const opensearch: MavenServer = {
  name: 'OpenSearch',
  folder: `opensearch-${version}`,
  part: 'opensearch',
  what: 'OpenSearch, 95 jars, 53 MB',
  orElse: 'leave out this test',
  goal: (folder) => [...['-f', pom, 'dependency:copy-dependencies'], `-DoutputDirectory=${folder}`],
};

/** A document as it is found. */
export type Found = Record<string, unknown>;

/** A real OpenSearch node for one test file. */
export interface TestOpenSearch {
  /** Resolves with the answer; rejects with it when it is a refusal. */
  send(method: string, path: string, body: object | string): Promise<unknown>;
  /** Resolves with all documents that a query in Lucene's syntax finds, up to 1,000. */
  find(index: string, query: string): Promise<Found[]>;
  close(): Promise<void>;
}

const jvm = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const main = 'org.codelibs.opensearch.runner.OpenSearchRunner';

// The program takes the first free port after this one, and none above 9299.
const somePort = (): number => 9_200 + Math.floor(Math.random() * 90);

export const startTestOpenSearch = async (): Promise<TestOpenSearch> => {
  const libs = await ensureFetched(opensearch, { say: console.error });
  const folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-opensearch-`));
  const logFile = join(folder, 'opensearch.log');
  const args = ['-basePath', join(folder, 'nodes'), '-numOfNode', '1', '-useLogger'];
  const child = await withLog(logFile, (fd) =>
    spawnTied(
      'java',
      [...jvm, '-cp', join(libs, '*'), main, ...args, '-baseHttpPort', String(somePort())],
      { cwd: folder, stdio: ['ignore', fd, fd], deathSignal: 'SIGKILL' },
    ),
  );
  const engine = await asEngine(child, 'SIGTERM');
  let url = '';
  const isReady = async () => {
    const log = await readFile(logFile, 'utf8');
    const [, port] = /HttpServerTransport\] publish_address \{127\.0\.0\.1:(\d+)\}/.exec(log) ?? [];
    url = `http://127.0.0.1:${port ?? ''}`;
    return port !== undefined && log.includes('] started');
  };
  await untilReady(engine, { name: 'OpenSearch', logFile, timeoutMs: 300_000, isReady });
  const send: TestOpenSearch['send'] = async (method, path, body) => {
    const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
    const answer = await fetch(`${url}/${path}`, {
      method,
      headers: { 'content-type': type },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    send,
    find: async (index, query) => {
      const search = { size: 1_000, query: { query_string: { query } } };
      const found = (await send('POST', `${index}/_search`, search)) as Answer;
      return found.hits.hits.map(({ _source }) => _source);
    },
    close: async () => {
      engine.kill('SIGKILL');
      await engine.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

interface Answer {
  hits: { hits: { _source: Found }[] };
}
