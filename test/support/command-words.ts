/** Commands as a document writes them, held against those that the program has. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { CACHE_NAMES } from '../../server/contracts/caches.ts'
import { EDGE_KINDS, REDIRECT_HOSTS } from '../../server/contracts/edge-files.ts'
import { HANDBOOK_TOPICS } from '../../server/contracts/handbook.ts'
import type { Setting } from '../../server/core/setting.ts'
import { SETTINGS, type SettingName } from '../../server/core/settings.ts'
import { ROOT } from './documents.ts'

export interface Described {
  readonly name: string
  readonly aliases: readonly string[]
  readonly arguments: readonly string[]
  readonly isVariadic: boolean
  readonly options: readonly string[]
  readonly valued: readonly string[]
  readonly lists: readonly string[]
  readonly commands: readonly Described[]
}

export const PROGRAM = JSON.parse(
  execFileSync(process.execPath, [join(ROOT, 'server', 'cli.ts'), 'help', '--json'], { encoding: 'utf8' }),
) as Described

/** What is given to every command. */
const GIVEN = ['--data-dir', '--json', '--help', '--version']
/** What a group does when it is told no more. */
const USUAL: Readonly<Record<string, string>> = {
  pages: 'show',
  copies: 'list',
  backup: 'create',
  stator: 'run',
  token: 'list',
}

/** The words that an argument may be, by the command and the place of the argument. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  'tunnel files': EDGE_KINDS,
  'tunnel redirect': REDIRECT_HOSTS,
  'tunnel fetch': ['cloudflared'],
  'cache clear': CACHE_NAMES,
}

/** Every option of every command. */
export const ALL_OPTIONS: ReadonlySet<string> = new Set([...GIVEN, ...optionsBelow(PROGRAM)])

function optionsBelow({ options, commands }: Described): string[] {
  return [...options, ...commands.flatMap(optionsBelow)]
}

/** The words behind the name of the program, or null where this is no command of it. */
export function commandIn(code: string): string | null {
  const line = code.trim().replace(/^\$ /, '')
  const [, words] =
    /^(?:docker exec (?:-it )?\S+ homebird|npm run homebird --|homebird)(?: (?!\|)(.*))?$/.exec(line) ?? []
  // Behind two spaces or a hash stands what it is for; behind a sign of the shell another program or a file.
  return words?.replace(/(?: {2,}|\s#).*$/, '').replace(/ (?:[<>|;]|&&).*$/, '') ?? null
}

/** `tunnel nudge` stands in tables beside `homebird tunnel`. */
export function isShortCommand(code: string): boolean {
  const [first, second] = code.split(' ')
  const group = PROGRAM.commands.find(({ name }) => name === first)
  return group !== undefined && group.commands.length > 0 && /^[a-z][a-z-]+$/.test(second ?? '')
}

/** What is wrong with it, or null. */
export function flawOf(line: string): string | null {
  const words = wordsOf(line)
  const [command, path] = commandOf(words)
  if (path.length === 0) {
    const [first = ''] = words
    return words.length === 0 || GIVEN.includes(first) ? null : `there is no command ${first}`
  }
  if (path[0] === 'help') return flawOfTopic(words)
  const usual = command.commands.find(({ name }) => name === USUAL[command.name])
  return flawOfWords(words, [command, ...(usual === undefined ? [] : [usual])], path.join(' '))
}

/** Brackets only say that something may be left out. */
const wordsOf = (line: string): string[] =>
  line
    .replaceAll(/[[\]]/g, '')
    .split(' ')
    .filter((word) => word !== '')

function commandOf(words: string[]): [Described, string[]] {
  let at = PROGRAM
  const path: string[] = []
  for (;;) {
    const next = at.commands.find(({ name, aliases }) => [name, ...aliases].includes(words[0] ?? ''))
    if (next === undefined) return [at, path]
    at = next
    path.push(next.name)
    words.shift()
  }
}

/** Of a topic, or of the words of a command. */
function flawOfTopic(words: readonly string[]): string | null {
  const [first = 'TOPIC'] = words
  if (isStandIn(first) || (HANDBOOK_TOPICS as readonly string[]).includes(first)) return null
  return flawOf(words.join(' '))
}

function flawOfWords(words: readonly string[], commands: readonly Described[], path: string): string | null {
  const known = new Set([...GIVEN, ...commands.flatMap(({ options }) => options)])
  const valued = new Set(['--data-dir', ...commands.flatMap((one) => one.valued)])
  const lists = new Set(commands.flatMap((one) => one.lists))
  const given: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = (words[at] ?? '').replace(/[.,;:]$/, '')
    if (!/^-{1,2}[a-z]/i.test(word)) {
      given.push(word)
      continue
    }
    const [name = ''] = word.split('=')
    if (!known.has(name)) return `${path} takes no ${name}`
    if (word.includes('=') || !valued.has(name)) continue
    do at += 1
    while (lists.has(name) && at + 1 < words.length && !(words[at + 1] ?? '').startsWith('-'))
  }
  return flawOfGiven(given, commands, path)
}

function flawOfGiven(given: readonly string[], commands: readonly Described[], path: string): string | null {
  const most = Math.max(
    ...commands.map((one) => (one.isVariadic ? Number.POSITIVE_INFINITY : one.arguments.length)),
  )
  const odd = given.filter((word) => word !== '…')[most]
  if (odd !== undefined) return `${path} takes no ${odd}`
  const [first] = given
  if (first === undefined || isStandIn(first)) return null
  const choices = CHOICES[path]
  if (choices !== undefined && !first.split('|').every((one) => choices.includes(one)))
    return `${path} takes one of ${choices.join(', ')}`
  const isOfSettings = /^(?:config|tunnel) (?:set|unset)$/.test(path)
  return isOfSettings ? flawOfSetting(first, given[1] ?? 'VALUE') : null
}

/** A word in capitals stands for something, and so does what is left out. */
const isStandIn = (word: string): boolean => /^[A-Z]+$/.test(word) || word.includes('…')

/** @param name  of a setting, or its variable */
export function flawOfSetting(name: string, value: string): string | null {
  const names = Object.keys(SETTINGS) as SettingName[]
  const found = names.find((one) => [one, ...variablesOf(SETTINGS[one])].includes(name))
  if (found === undefined) return `there is no setting ${name}`
  if (isStandIn(value)) return null
  try {
    const { type }: Setting<unknown> = SETTINGS[found]
    type.parse(value)
    return null
  } catch (error) {
    return `${name} cannot be ${value}: ${String(error)}`
  }
}

export const variablesOf = ({ env, aliases = [] }: Setting<unknown>): string[] => [env, ...aliases]
