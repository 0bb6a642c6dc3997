import { parseMoment } from '#platform/cli/arguments.ts';
import { examples, withServer, type Common } from '#platform/cli/program.ts';
import { Option, type Command } from 'commander';
import { ignore, type IgnoreOptions } from './ignore.ts';
import { needSome, withActorOnly, type ProgramOptions } from './options.ts';
import { showStuck } from './show-stuck.ts';

/** Adds the commands on what does not go on by itself. */
export const addStuck = (program: Command, options: ProgramOptions): void => {
  withServer(program.command('stuck'), options.peer)
    .description('what does not go on by itself, by its cause; sagas by who owes the missing step')
    .option('--service <name>', "only this one's outbox, inbox and orders", '')
    .addHelpText('after', examples('stuck', 'stuck --service booking', 'stuck --json'))
    .action((given: Common & { service: string }) => showStuck(options.open(given), given.service));
  const moment = (text: string): Date => parseMoment(text, options.now(), 'from now');
  const command = program.command('ignore').argument('<cause>', 'as stuck shows it');
  withActorOnly(withServer(command, options.peer), options)
    .description('list a cause apart until some time; what is stuck stays stuck')
    .addOption(new Option('--until <time>', 'at most a year: 2h, 3d, 2026-12-24').argParser(moment))
    .addOption(new Option('--end', 'ignore it no longer').default(false).conflicts('until'))
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .addHelpText(
      'after',
      examples(
        "ignore 3f9a1c22 --until 2h --reason 'the broker is being repaired'",
        "ignore 3f9a1c22 --end --reason 'it is repaired'",
      ),
    )
    .action((cause: string, { until, end, ...given }: IgnoreArguments) => {
      needSome([until, end ? 'end' : ''], 'Say until when: --until, or --end.');
      return ignore(options.open(given), cause, { ...given, until });
    });
};

type IgnoreArguments = Common & Omit<IgnoreOptions, 'until'> & { until?: Date; end: boolean };
