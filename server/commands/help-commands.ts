/** `homebird help`: the handbook on the terminal, and what each command takes. */
import type { Command, Option } from 'commander'
import { HANDBOOK_TOPICS, type HandbookTopic } from '../contracts/handbook.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { readHandbookTopic } from '../storage/handbook.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { textForTerminal } from './handbook-text.ts'
import { type CommonOptions, type Run, withCommonOptions } from './options.ts'

interface HelpOptions {
  readonly json?: boolean
}

export function addHelpCommand(program: Command, run: Run): void {
  program
    .helpCommand(false)
    .command('help [words...]')
    .description('the handbook: its topics, or one of them; with the words of a command what it takes')
    .option('--json', 'every command, option and topic, for programs')
    .action(run(async (words: string[], options: HelpOptions) => help(program, words, options)))
  withCommonOptions(program.command('help-bundle [file]'))
    .description(
      'what somebody needs to know who helps: program, settings, status, doctor, journal, warnings and errors, without secrets, names, addresses and quoted words; shown whole, or saved as a ZIP file',
    )
    .action(
      run(async (file: string | undefined, options: CommonOptions) =>
        (await import('./help-bundle.ts')).helpBundle(file, options),
      ),
    )
}

async function help(program: Command, words: readonly string[], options: HelpOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  if (words.length === 0) return showTopics(program, io)
  const [topic] = words
  const command = commandOf(program, words)
  if (words.length === 1 && isTopic(topic) && (command === null || !options.json)) {
    const text = await readHandbookTopic(topic)
    // Whoever reads it by a program has it as it is written.
    const { isTTY, columns } = process.stdout
    io.say(isTTY ? textForTerminal(text, columns) : text.trimEnd())
    io.put({ topic, text })
    return ExitCode.ok
  }
  if (command === null) {
    const named = words.join(' ')
    throw new HomebirdError(
      'USAGE',
      `there is neither a topic nor a command "${named}"; topics are ${HANDBOOK_TOPICS.join(', ')}; homebird --help lists the commands`,
    )
  }
  io.say(command.helpInformation().trimEnd())
  io.put(described(command))
  return ExitCode.ok
}

const isTopic = (word: string | undefined): word is HandbookTopic =>
  HANDBOOK_TOPICS.some((topic) => topic === word)

async function showTopics(program: Command, io: CommandIo): Promise<ExitCode> {
  const topics = await Promise.all(
    HANDBOOK_TOPICS.map(async (name) => {
      const [title = '', , lead = ''] = (await readHandbookTopic(name)).split(/\n{1,2}/, 3)
      return { name, title: title.replace(/^# /, ''), lead }
    }),
  )
  io.put({ topics: topics.map(({ name, title }) => ({ name, title })), ...described(program) })
  const width = Math.max(...topics.map(({ name }) => name.length))
  io.say('The handbook, by topic (homebird help TOPIC):\n')
  for (const { name, title } of topics) io.say(`  ${name.padEnd(width)}  ${title}`)
  io.say('\nWhat a command takes: homebird help COMMAND. All commands: homebird --help')
  return ExitCode.ok
}

function commandOf(program: Command, words: readonly string[]): Command | null {
  let at: Command = program
  for (const word of words) {
    const next = at.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (next === undefined) return null
    at = next
  }
  return at
}

interface DescribedCommand {
  readonly name: string
  readonly aliases: readonly string[]
  readonly description: string
  readonly arguments: readonly string[]
  /** The last argument may be any number of words. */
  readonly isVariadic: boolean
  readonly options: readonly string[]
  /** Those of the options that are followed by a value, and by any number of them. */
  readonly valued: readonly string[]
  readonly lists: readonly string[]
  readonly commands: readonly DescribedCommand[]
}

function described(command: Command): DescribedCommand {
  return {
    name: command.name(),
    aliases: command.aliases(),
    description: command.description(),
    arguments: command.registeredArguments.map((one) => one.name()),
    isVariadic: command.registeredArguments.at(-1)?.variadic === true,
    options: command.options.flatMap(namesOf),
    valued: command.options.flatMap((one) => (one.required || one.optional ? namesOf(one) : [])),
    lists: command.options.flatMap((one) => (one.variadic ? namesOf(one) : [])),
    commands: command.commands.map(described),
  }
}

const namesOf = ({ short, long }: Option): string[] =>
  [short, long].flatMap((name) => (name === undefined || name === null ? [] : [name]))
