import type { Command } from 'commander';

/** What may follow a command, or an option that takes a value. */
interface Place {
  /** The words so far, each with a space before it: ` outbox status`. */
  path: string;
  words: readonly string[];
  isOption: boolean;
  takesFile: boolean;
}

// zsh runs functions that were written for bash
const zshPrelude = `(( $+functions[compdef] )) || { autoload -U compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
`;

/** Writes a script for bash or zsh that completes all commands and options of a program. */
export const completionScript = (program: Command, shell: string): string => {
  const places = placesOf(program, '');
  const name = program.name();
  const patterns = (isOption: boolean): string =>
    places
      .filter((place) => place.isOption === isOption && place.path !== '')
      .map(({ path }) => `'${path}'`)
      .join('|');
  const prelude = shell === 'zsh' ? zshPrelude : '';
  return `${prelude}_${name}() {
  local each word="\${COMP_WORDS[COMP_CWORD]#=}" fits='' place='' option='' given=''
  for each in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    if [[ $each == '=' ]]; then continue; fi # bash takes --option=value for three words
    if [[ -n $option ]]; then option='' && continue; fi
    case "$place $each" in
      ${patterns(false)}) place+=" $each" ;;
      ${patterns(true)}) option="$place $each" ;;
    esac
  done
  if [[ $word == --*=* ]]; then # zsh takes it for one
    given="\${word%%=*}=" option="$place \${word%%=*}" word="\${word#*=}"
  fi
  case "\${option:-$place}" in
${places.map(branch).join('\n')}
  esac
  COMPREPLY=($(compgen -P "$given" -W "$fits" -- "$word"))
}
complete -o default -F _${name} ${name} # where nothing fits, files are completed
`;
};

const branch = ({ path, words, takesFile }: Place): string =>
  `    '${path}') ${takesFile ? '[[ $word == -* ]] && ' : ''}fits='${words.join(' ')}' ;;`;

const placesOf = (command: Command, path: string): Place[] => {
  const help = command.createHelp();
  const children = help.visibleCommands(command);
  const options = help.visibleOptions(command).map(({ long, flags, ...option }) => ({
    ...option,
    name: long ?? flags,
    takesValue: flags.includes('<'),
  }));
  const given = command.registeredArguments;
  const choices = given.flatMap(({ argChoices = [] }) => argChoices);
  const words = [
    ...children.map((child) => child.name()),
    ...choices,
    ...options.map(({ name }) => name),
  ];
  const takesFile = given.some((argument) => argument.name() === 'file');
  return [
    { path, words, isOption: false, takesFile },
    ...options
      .filter(({ takesValue }) => takesValue)
      .map(({ name, argChoices = [] }) => ({
        path: `${path} ${name}`,
        words: argChoices,
        isOption: true,
        takesFile: false,
      })),
    ...children.flatMap((child) => placesOf(child, `${path} ${child.name()}`)),
  ];
};
