/*
 * Puts one bug after the other into a copy of the tree, and runs the test that must notice it. Usage: `node
 * tools/seeded-bugs/run.ts [part of a name]`; the report is bench/results/seeded-bugs.md.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { leaveWhenIdle } from '../../deploy/local/leave-when-idle.ts';
import { seededBugs } from './bugs.ts';
import type { SeededBug } from './seeded-bug.ts';
import { copyTree, type Outcome, type TreeCopy } from './tree.ts';

interface Verdict {
  bug: SeededBug;
  seconds: number;
  /** Why the bug counts as unnoticed; empty when it was noticed. */
  fault: string;
}

const judge = ({ test, sign }: SeededBug, sound: Outcome, broken: Outcome): string => {
  if (!sound.passed) return 'the test fails without the bug too';
  if (!sound.output.includes(`✓ ${test}`)) return 'there is no such test';
  if (broken.passed) return 'not noticed';
  if (!broken.output.includes(`✕ ${test}`)) return 'failed otherwise than by this test';
  return broken.output.includes(sign) ? '' : `failed without a sign of "${sign}"`;
};

const tryBug = async (tree: TreeCopy, bug: SeededBug): Promise<Verdict> => {
  const beganMs = performance.now();
  const run = () => tree.test(bug.project, bug.file, bug.test);
  const sound = await run();
  await tree.patch(bug.patch);
  const broken = await run().finally(() => tree.unpatch(bug.patch));
  const seconds = (performance.now() - beganMs) / 1_000;
  return { bug, seconds, fault: judge(bug, sound, broken) };
};

const reportOf = (verdicts: readonly Verdict[]): string => {
  const noticed = verdicts.filter(({ fault }) => fault === '').length;
  const lines = verdicts.map(
    ({ bug: { patch, breaks, file, test }, fault }) =>
      `| ${patch} | ${breaks} | ${file}: ${test} | ${fault === '' ? 'noticed' : fault} |`,
  );
  return `# Seeded bugs

\`make seeded-bugs\`, ${new Date().toISOString().slice(0, 10)}: ${noticed} of ${verdicts.length} noticed. Each bug is a patch in
[tools/seeded-bugs](../../tools/seeded-bugs); its test passes without it and must fail with it.

| bug | what it does | the test that must fail | |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
};

leaveWhenIdle();
const [wanted = ''] = process.argv.slice(2);
const verdicts: Verdict[] = [];
const tree = await copyTree();
try {
  for (const bug of seededBugs.filter(({ patch }) => patch.includes(wanted))) {
    const verdict = await tryBug(tree, bug);
    verdicts.push(verdict);
    const { seconds, fault } = verdict;
    console.info(`${bug.patch}: ${fault === '' ? 'noticed' : fault} (${seconds.toFixed(1)} s)`);
  }
} finally {
  await tree.remove();
}
if (wanted === '') {
  await mkdir('bench/results', { recursive: true });
  await writeFile('bench/results/seeded-bugs.md', reportOf(verdicts));
}
process.exitCode = verdicts.length > 0 && verdicts.every(({ fault }) => fault === '') ? 0 : 1;
