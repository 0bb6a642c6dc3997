import type { DescService, JsonObject } from '@bufbuild/protobuf';
import { request } from 'node:http';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { AppError } from '../../base/errors.ts';
import type { Implementation } from '../rpc/implementation.ts';

const field = (name: string, number: number, type: string, more: JsonObject = {}) => ({
  ...{ name, number, jsonName: name, type: `TYPE_${type}`, label: 'LABEL_OPTIONAL' },
  ...more,
});
const types = ['text/csv; charset=utf-8', 'application/x-ndjson'];

const file = createProtoFile({
  name: 'files.proto',
  package: 'files.v1',
  messageType: [
    { name: 'Wanted', field: [field('name', 1, 'STRING')] },
    {
      name: 'Piece',
      field: [
        field('content_type', 1, 'STRING', {
          options: { '[buf.validate.field]': { string: { in: types } } },
        }),
        field('data', 2, 'BYTES'),
      ],
    },
  ],
  service: [
    {
      name: 'Files',
      method: [
        {
          name: 'Read',
          inputType: '.files.v1.Wanted',
          outputType: '.files.v1.Piece',
          serverStreaming: true,
          options: { '[google.api.http]': { get: '/files/{name}', responseBody: 'data' } },
        },
      ],
    },
  ],
});
const Files = file.services[0]!;

const piece = (text: string) => ({ contentType: types[0], data: Buffer.from(text) });
let isOpen = false;
let made = 0;

// the name asked for picks how the stream goes on
async function* read({ name }: { name: string }) {
  isOpen = true;
  try {
    if (name === 'refused') throw new AppError('not-found', 'no-file', 'there is none');
    if (name === 'nothing') return;
    yield await Promise.resolve(piece('a,b\n'));
    yield piece('');
    yield piece('1,ü\n');
    if (name === 'broken') throw new AppError('unavailable', 'away', 'gone');
    for (made = 0; name === 'endless'; made += 1)
      yield await Promise.resolve(piece('x'.repeat(65_536)));
  } finally {
    isOpen = false;
  }
}

let fixture: RpcFixture;
beforeAll(async () => {
  const implementation = { read } as unknown as Implementation<DescService>;
  fixture = await startRpcFixture(Files, implementation);
});
afterAll(() => fixture.close());

const get = (name: string, init?: RequestInit) => fetch(`${fixture.url}/files/${name}`, init);

test('the pieces are one body of the type that the first one has', async () => {
  const response = await get('whole');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, types[0]]);
  expect(await response.text()).toBe('a,b\n1,ü\n');
});

test('what fails before the first piece has a status', async () => {
  const response = await get('refused');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ reason: 'no-file' });
});

test('what fails later breaks the connection, so that nobody takes the part for the whole', async () => {
  const response = await get('broken');
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
});

test('no piece is no content', async () => {
  expect((await get('nothing')).status).toBe(204);
});

test('HEAD has the headers, and reads nothing more', async () => {
  const response = await get('endless', { method: 'HEAD' });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, types[0]]);
  await waitFor(() => !isOpen, { what: 'the end of the stream' });
});

test('a reader that stops holds little, and its end ends the stream', async () => {
  const asked = request(`${fixture.url}/files/endless`).end();
  const response = await new Promise<NodeJS.ReadableStream>((resolve) =>
    asked.on('response', resolve),
  );
  response.pause();
  let before = -1;
  await waitFor(() => (made > 0 && made === before) || ((before = made), false), {
    what: 'the server to wait for its reader',
  });
  // what the buffers of the kernel and of two processes take at the most
  expect(made).toBeLessThan(400);
  asked.on('error', () => undefined).destroy();
  await waitFor(() => !isOpen, { what: 'the end of the stream' });
});

test('OpenAPI names the types that the contract allows', async () => {
  const document = (await (await fetch(`${fixture.url}/openapi.json`)).json()) as {
    paths: Record<string, { get: { responses: Record<string, { content: object }> } }>;
  };
  const { responses } = document.paths['/files/{name}']!.get;
  expect(Object.keys(responses['200']!.content)).toEqual(types);
  expect(responses['204']).toBeUndefined();
});
