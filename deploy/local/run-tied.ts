import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { spawnTied, type TiedOptions } from './tied-process.ts';

/** A command that failed; the message is its output. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Runs a command to its end and returns its output, stdout before stderr. The command dies with this process. */
export const runTied = async (
  command: string,
  args: readonly string[],
  options: Omit<TiedOptions, 'stdio' | 'deathSignal'> = {},
): Promise<string> => {
  const child = spawnTied(command, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    deathSignal: 'SIGKILL',
  });
  const outputs = [child.stdout, child.stderr].map((stream) =>
    stream ? text(stream) : Promise.resolve(''),
  );
  const [code] = (await once(child, 'close')) as [number | null];
  const output = (await Promise.all(outputs)).join('');
  if (code === 0) return output;
  throw new CommandFailed(`${command} ended with ${code ?? 'a signal'}:\n${output.trim()}`);
};
