import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { allCommands } from './programs.ts';
import { completionScript } from './script.ts';

// What bash itself does for a Tab behind these words. It splits --package=b as shown below, which zsh does not.
const tab = `
COMP_WORDS=(./inorder "$@")
COMP_CWORD=$#
_inorder
printf '%s\\n' "\${COMPREPLY[@]}"
`;

const complete = async (...words: string[]): Promise<string[]> => {
  const source = completionScript(allCommands(), 'bash');
  const args = ['--norc', '-c', source + tab, 'bash', ...words];
  const { stdout } = await promisify(execFile)('bash', args);
  return stdout.split('\n').filter((line) => line !== '');
};

test.each<[string[], string[]]>([
  [['pv'], ['pvz']],
  [['rep'], ['replay', 'report']],
  [['report', 'orders', '--format', 'j'], ['jsonl']],
  [
    ['outbox', 's'],
    ['status', 'show'],
  ],
  [
    ['pvz', ''],
    [
      'accept',
      'return',
      'issue',
      'give-back',
      'list',
      'returns',
      'history',
      'import',
      'help',
      '--help',
    ],
  ],
  [['pvz', 'accept', '42', '7', '--we'], ['--weight']],
  [
    ['pvz', 'accept', '--package', 'b'],
    ['bag', 'box', 'bag+film', 'box+film'],
  ],
  [['pvz', 'accept', '--package', '=', 'f'], ['film']],
  [['pvz', 'accept', '--package=f'], ['--package=film']],
  [['pvz', 'accept', '--package', 'bag', '--pri'], ['--price']],
  [
    ['operations', '--operation', 'disc'],
    ['discard', 'discard-dead-letter'],
  ],
  [['operations', '--operation', 'edit'], ['edit-dead-letter']],
  [
    ['dead-letters', ''],
    expect.arrayContaining(['show', 'redrive', 'edit', 'discard']) as string[],
  ],
  [['dead-letters', 're'], ['redrive']],
  [['dead-letters', 'edit', '--val'], ['--value']],
  [['dead-letters', 'edit', '--value', 'val'], []],
  [['schemas', ''], expect.arrayContaining(['show', 'diff']) as string[]],
  [
    ['completion', ''],
    ['bash', 'zsh', '--help'],
  ],
  [['dead-letters', '--key', 'redrive', '--li'], ['--limit']],
  [['pvz', 'import', 'order'], []],
  [['pvz', 'import', '--e'], ['--errors']],
])('%j is completed to %j', async (words, completed) => {
  expect(await complete(...words)).toEqual(completed);
});

test('every command and option of all programs is completed', async () => {
  const check = async (command: Command, path: string[]): Promise<void> => {
    const commands = command.commands.map((each) => each.name());
    expect(await complete(...path, '')).toEqual(expect.arrayContaining(commands));
    const options = command.options.map(({ long }) => long);
    expect(await complete(...path, '--')).toEqual(expect.arrayContaining(options));
    for (const each of command.commands) await check(each, [...path, each.name()]);
  };
  await check(allCommands(), []);
});
