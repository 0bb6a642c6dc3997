import { execFileSync } from 'node:child_process';
import { readCalls, scriptOf } from './calls.ts';

const readme = `# x

## Call it

Words.

\`\`\`sh
id=$(echo 'order 5' | tr -dc 0-9)
echo "$id"
false # answers 412
\`\`\`

\`\`\`
{"code":412}
\`\`\`

\`\`\`sh
id=$(echo none | tr -dc 0-9)
\`\`\`

## Next

\`\`\`sh
echo never
\`\`\`
`;

test('the calls are the lines of the blocks of one section, with the status that is said', () => {
  expect(readCalls(readme)).toEqual([
    { command: "id=$(echo 'order 5' | tr -dc 0-9)" },
    { command: 'echo "$id"' },
    { command: 'false', refusedWith: '412' },
    { command: 'id=$(echo none | tr -dc 0-9)' },
  ]);
  expect(() => readCalls('## Something else\n')).toThrow('no section "Call it"');
});

test('the calls share one shell, and an id that did not come is a failure', () => {
  const script = scriptOf(readCalls(readme), '@@');
  const printed = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(printed.split('\n').filter((line) => line !== '')).toEqual([
    ...['@@start 0', '@@end 0 0'],
    ...['@@start 1', '5', '@@end 1 0'],
    ...['@@start 2', '@@end 2 1'],
    ...['@@start 3', '@@end 3 1'],
  ]);
});
