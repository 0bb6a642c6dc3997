/** A call of README.md as it stands there. */
export interface Call {
  command: string;
  /** The status that README.md says: the line ends with `# answers 412`. Absent: the call succeeds. */
  refusedWith?: string;
}

/** The lines of the `sh` blocks of the section "Call it". Throws when there are none. */
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
 * A script for bash that makes the calls one after the other in one shell, as whoever copies them does. Before a
 * call it prints `start N`, after it `end N STATUS`, each with the mark before it; what the call prints is between.
 */
export const scriptOf = (calls: readonly Call[], mark: string): string =>
  [preamble, ...calls.map((call, at) => stepOf(call, at, mark))].join('\n');

// curl fails for a refused call, and waits for none for ever
const preamble = `set -o pipefail
curl() { command curl --silent --show-error --fail-with-body --max-time 30 "$@"; }
exec 2>&1`;

const stepOf = ({ command }: Call, at: number, mark: string): string => {
  const [, assigned] = /^(\w+)=\$\(/.exec(command) ?? [];
  const check = assigned === undefined ? '' : ` && [[ -n $${assigned} ]]`;
  return `echo '${mark}start ${at}'\n{ ${command}; }${check}\nstatus=$?; echo; echo "${mark}end ${at} $status"`;
};
