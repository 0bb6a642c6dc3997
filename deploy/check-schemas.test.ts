import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let copy: string;
const events = () => join(copy, 'proto/loms/v1/events.proto');

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'inorder-contracts-'));
  await cp('proto', join(copy, 'proto'), { recursive: true });
  await cp('buf.yaml', join(copy, 'buf.yaml'));
});
afterEach(() => rm(copy, { recursive: true }));

/** Runs the schema step of `make check` on the contracts in the copy. */
const breaking = () =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const env = { ...process.env, PATH: `node_modules/.bin:${process.env['PATH'] ?? ''}` };
    execFile('.ci/breaking', [copy], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });

const change = async (from: string, to: string) => {
  const text = await readFile(events(), 'utf8');
  expect(text).toContain(from);
  await writeFile(events(), text.replace(from, to));
};

test('an optional field may be added', async () => {
  await change('int64 user_id = 7;', 'int64 user_id = 7;\n  optional string channel = 11;');
  expect(await breaking()).toEqual({ code: 0, output: '' });
});

test('another type is refused by buf and, in words for events, by us', async () => {
  await change('int64 user_id = 7;', 'string user_id = 7;');
  const { code, output } = await breaking();
  expect(code).toBe(1);
  expect(output).toContain('loms.order-events: events as they are (loms.v1.OrderStatusChanged');
  expect(output).toContain('  - field user_id: type integer → string');
  expect(output).toContain('add an optional field beside it');
  expect(output).toMatch(/Field "7" .*user_id.* changed type from "int64" to "string"/);
});

test('a field that must be there now is refused, although to buf it is a new field as any', async () => {
  const added = 'string channel = 11 [(buf.validate.field).string.min_len = 1];';
  await change('int64 user_id = 7;', `int64 user_id = 7;\n  ${added}`);
  const { code, output } = await breaking();
  expect(code).toBe(1);
  expect(output).toContain('  - new required field channel');
});
