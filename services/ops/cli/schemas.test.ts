import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { createOpsProgram } from '../../../testing/ops/ops-program.ts';

const subject = 'loms.order-events-value';
const differences = [
  { says: 'field channel: is new', isBreaking: false },
  { says: 'field order_id: type string → integer', isBreaking: true },
];

/** The command line with an ops that has two versions of a schema. */
const setUp = (source = 'registry') =>
  createOpsProgram(({ rpc }) => {
    rpc(OpsService.method.listSchemas, () => ({
      source,
      subjects: [{ subject, topic: 'loms.order-events', versions: [1, 2], compatibility: '' }],
    }));
    rpc(OpsService.method.compareSchemas, ({ from, to }) => ({
      subject,
      from: to === 1 ? 0 : from || 1,
      to: to || 2,
      differences: from === 2 ? [] : differences,
      schema: `{"title":"version ${to || 2}"}`,
    }));
  });

test.each<[string[], string]>([
  [['show', subject], '{\n  "title": "version 2"\n}'],
  [['show', subject, '--version', '1'], '{\n  "title": "version 1"\n}'],
  [
    ['diff', subject],
    `From version 1 to 2 of ${subject}:\n  field channel: is new\n  breaks: field order_id: type string → integer`,
  ],
  [
    ['diff', subject, '--from', '2', '--to', '3'],
    `Versions 2 and 3 of ${subject} accept the same events.`,
  ],
  [['diff', subject, '--to', '1'], `Version 1 of ${subject} is the first one.`],
])('schemas %j prints what it means', async (args, printed) => {
  const { said, run } = setUp();
  await run('schemas', ...args);
  expect(said).toEqual([printed]);
});

test.each([
  ['registry', []],
  ['checkout', [expect.stringContaining('There is no schema registry')]],
])('the list of subjects of a %s', async (source, notes) => {
  const { said, noted, run } = setUp(source);
  await run('schemas');
  expect(said.join()).toMatch(/^loms\.order-events-value +loms\.order-events +1 2 +-$/m);
  expect(noted).toEqual(notes);
});
