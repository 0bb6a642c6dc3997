import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const documents = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));

const linksOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));

test.each(documents)('every link of %s leads to something that is there', (file) => {
  const broken = linksOf(file).filter((target) => !existsSync(join(dirname(file), target)));
  expect(broken).toEqual([]);
});

test('the tour has links to follow', () => {
  expect(linksOf('docs/tour.md').length).toBeGreaterThan(20);
});
