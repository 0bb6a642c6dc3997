// Part of `make check`: `check-schemas.ts BEFORE NOW` compares two buf images, and fails when consumers of NOW could
// no longer read the events of BEFORE.
import { readFile } from 'node:fs/promises';
import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describeBreaks } from '#platform/messaging/schema-registry/describe-breaks.ts';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { findBreaks } from '#platform/messaging/schema-registry/find-breaks.ts';
import { loadTopics } from '#platform/messaging/topics.ts';

const load = async (path: string): Promise<FileRegistry> =>
  createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(path)));

const breaksOf = (event: string, before: FileRegistry, now: FileRegistry): string[] => {
  const [was, is] = [before.getMessage(event), now.getMessage(event)];
  if (was === undefined) return []; // a new event breaks nobody
  if (is === undefined) return [`message ${event}: is gone`];
  return findBreaks(eventSchema(was), eventSchema(is));
};

const [before, now] = await Promise.all(process.argv.slice(2, 4).map(load));
if (!before || !now) throw new Error('usage: check-schemas.ts BEFORE NOW');
const { topics } = await loadTopics('deploy/topics.yaml');
for (const { name, event } of topics) {
  const breaks = event === undefined ? [] : breaksOf(event, before, now);
  if (breaks.length === 0) continue;
  const what = `${name}: events as they are (${event ?? ''} of proto/baseline.binpb) would not fit any more`;
  console.error(`${describeBreaks(what, breaks)}\n`);
  process.exitCode = 1;
}
