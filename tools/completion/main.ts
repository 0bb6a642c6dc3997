import { runProgram } from '#platform/cli/program.ts';
import { allCommands, createCompletion } from './programs.ts';
import { completionScript } from './script.ts';

const program = createCompletion((shell) => {
  process.stdout.write(completionScript(allCommands(), shell));
});
await runProgram(program, () => undefined);
