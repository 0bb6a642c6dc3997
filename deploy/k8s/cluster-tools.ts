import { CommandFailed, runTied } from '../local/run-tied.ts';

/**
 * Runs kubectl or helm against the cluster that kubectl is set to, and returns its output. Throws an error that says what
 * is missing, or what the program says.
 */
export const runClusterTool = async (
  tool: 'kubectl' | 'helm',
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> => {
  try {
    return await runTied(tool, args, { env });
  } catch (cause) {
    // 127: what starts the program does not find it
    if (cause instanceof CommandFailed && !cause.message.startsWith(`${tool} ended with 127`))
      throw cause;
    throw new Error(`There is no ${tool} on the PATH, which this command runs. Install it.`, {
      cause,
    });
  }
};

/** The name of the cluster that kubectl is set to, which is what the command will change. */
export const currentContext = (env?: NodeJS.ProcessEnv): Promise<string> =>
  runClusterTool('kubectl', ['config', 'current-context'], env).then((name) => name.trim());
