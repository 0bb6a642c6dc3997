import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../folders.ts';

/** Stands where only whoever runs the system can know the value. */
const mark = 'REPLACE_ME';

/** Returns the places of the overlays that are still to be filled in, as file and line; comments do not count. */
export const placesToFill = (root = checkout): string[] =>
  globSync('deploy/k8s/overlays/**/*.yaml', { cwd: root })
    .toSorted()
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, n) =>
          line.replace(/(^|\s)#.*/, '').includes(mark) ? [`${path}:${n + 1}`] : [],
        ),
    );
