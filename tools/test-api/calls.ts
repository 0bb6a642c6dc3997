/** A call of README.md as it is written there. */
export interface Call {
  command: string;
  /** The status after `# answers`, e.g. 412. Absent: the call must succeed. */
  refusedWith?: string;
}

/** Reads the lines of the `sh` blocks in the section "Call it". Throws when there are none. */
export const readCalls = (readme: string): Call[] => {
  const [, section = ''] = /^## Call it\n(.*?)^## /ms.exec(readme) ?? [];
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```/gms)].map(([, lines = '']) => lines);
  const calls = blocks.flatMap((lines) => lines.trimEnd().split('\n')).map(toCall);
  if (calls.length === 0) throw new Error('README.md has no section "Call it" with calls.');
  return calls;
};

const toCall = (line: string): Call => {
  const [, command = line, refusedWith] = /^(.*?) +# answers (\d{3})$/.exec(line) ?? [];
  return { command, ...(refusedWith !== undefined && { refusedWith }) };
};

/**
 * Builds a bash script that makes the calls one after the other in one shell, as someone does who copies them. Before
 * each call it prints `start N`, and after it `end N STATUS`, each with the mark in front; the call's own output is
 * in between.
 */
export const scriptOf = (calls: readonly Call[], mark: string): string =>
  [preamble, ...calls.map((call, at) => stepOf(call, at, mark))].join('\n');

// curl fails for a refused call, and never waits for ever
const preamble = `set -o pipefail
curl() { command curl --silent --show-error --fail-with-body --max-time 30 "$@"; }
exec 2>&1`;

const stepOf = ({ command }: Call, at: number, mark: string): string => {
  const [, assigned] = /^(\w+)=\$\(/.exec(command) ?? [];
  const check = assigned === undefined ? '' : ` && [[ -n $${assigned} ]]`;
  return `echo '${mark}start ${at}'\n{ ${command}; }${check}\nstatus=$?; echo; echo "${mark}end ${at} $status"`;
};
