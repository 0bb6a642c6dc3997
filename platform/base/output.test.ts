import { closeSync, openSync } from 'node:fs';
import { createLogger } from './logger.ts';
import { createOutput } from './output.ts';

const lost = (run: (end: (why: string) => void) => void): string[] => {
  const said: string[] = [];
  try {
    run((why) => said.push(why));
  } catch {
    // The real `end` does not return, so `write` throws when this one does.
  }
  return said;
};

test('a write that is refused ends the process, and says why', () => {
  const fd = openSync('/dev/full', 'w');
  const said = lost((end) => createOutput({ fd, end }).write('a line\n'));
  closeSync(fd);
  expect(said).toEqual([expect.stringContaining('ENOSPC')]);
});

test('what is written at once is not waited for', async () => {
  const fd = openSync('/dev/null', 'w');
  const output = createOutput({ fd });
  output.write('a line\n');
  await output.written();
  closeSync(fd);
});

test.each(['json', 'text'] as const)('a line as %s goes to the output, whole', (format) => {
  const lines: string[] = [];
  const logger = createLogger(
    { service: 'test', level: 'info', format },
    { write: (line) => lines.push(line) },
  );
  logger.fatal({ offset: 7 }, 'hello');
  expect(lines).toEqual([expect.stringMatching(/7.*\n$|hello.*7.*\n$/)]);
});
