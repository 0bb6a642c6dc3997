import { readFileSync } from 'node:fs';
import { saga, type Step } from './saga.ts';

const arrowsOf = ({ id, service, causedBy, done, failed, undo }: Step): string[] => [
  ...[done, failed]
    .filter((event) => event !== undefined)
    .map((event) => `  ${causedBy ?? 'call([CreateOrder])'} -->|${service}: ${id}| ${event}`),
  ...(undo?.causedBy ?? []).map(
    (cause) => `  ${cause} -.->|${service}: ${id} taken back| ${undo?.done ?? ''}`,
  ),
];

const picture = (): string => {
  const arrows = saga.flatMap(arrowsOf);
  const isUndo = (arrow: string) => arrow.includes('-.->');
  const sorted = [...arrows.filter((arrow) => !isUndo(arrow)), ...arrows.filter(isUndo)];
  return ['```mermaid', 'flowchart LR', ...sorted, '```'].join('\n');
};

test("the README's picture of the saga is that of the table", () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(picture());
});
