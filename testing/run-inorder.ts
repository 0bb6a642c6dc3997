import { spawn } from 'node:child_process';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `./inorder` as a script does, without a terminal that could answer questions. These variables are added to the
 * environment.
 */
export const runInorder = (
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, ...variables };
    const child = spawn('./inorder', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const outcome = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (outcome.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (outcome.stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...outcome }));
  });
