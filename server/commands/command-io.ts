/** How every command speaks: lines for people, one JSON value per line for programs, one message for a failure. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { plainLine, plainLines } from '../core/plain-line.ts'

export interface CommandIo {
  readonly json: boolean
  /** A line for people; nothing in JSON mode. */
  say(line: string): void
  /** A value for programs; nothing otherwise. */
  put(value: unknown): void
}

export function commandIo(json: boolean): CommandIo {
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  return {
    json,
    say: (line) => {
      if (!json) write(plainLines(line))
    },
    put: (value) => {
      if (json) write(jsonLine(value))
    },
  }
}

/** The exit code of anything thrown; a part that gave up hands on its own. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof HomebirdError)) return ExitCode.failure
  const { exitCode } = error.details
  const isKnown = Object.values<unknown>(ExitCode).includes(exitCode)
  return isKnown ? (exitCode as ExitCode) : error.exitCode
}

/** One message: for people on standard error, for programs as the last line of standard output. */
export function reportFailure(error: unknown, json: boolean): void {
  const code = error instanceof HomebirdError ? error.code : 'INTERNAL'
  const message = messageOf(error)
  if (json) process.stdout.write(`${jsonLine({ error: { code, message, exitCode: exitCodeOf(error) } })}\n`)
  else process.stderr.write(`homebird: ${plainLines(message)}\n`)
}

/** JSON leaves some of the characters that a terminal obeys as they are. */
const jsonLine = (value: unknown): string => plainLine(JSON.stringify(value))

/** @param message  of the parser of the command line, such as `error: unknown option '--frob'` */
export function wordsRefused(message: string): HomebirdError {
  const words = message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  return new HomebirdError('USAGE', `${words}; homebird help COMMAND says what a command takes`)
}

/** What is foreseen needs no stack; what is not is a defect, and then the stack is what helps. */
function messageOf(error: unknown): string {
  if (error instanceof HomebirdError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/**
 * Asks on the terminal without showing what is typed.
 * @throws HomebirdError USAGE without a terminal, or when it is broken off
 */
export async function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    throw new HomebirdError(
      'USAGE',
      'there is no terminal to ask for the password; give it with --password-file',
    )
  }
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  try {
    return await typedLine(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

/** Asks on the terminal and shows what is typed. */
export async function askLine(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

const ENTER = new Set(['\r', '\n'])
const ERASE = new Set(['\u007F', '\b'])
const BREAK_OFF = new Set(['\u0003', '\u0004'])

function typedLine(stdin: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const typed: string[] = []
    const finish = (settle: () => void): void => {
      stdin.removeListener('data', read)
      settle()
    }
    const read = (chunk: string): void => {
      for (const character of chunk) {
        if (ENTER.has(character)) {
          finish(() => resolve(typed.join('')))
          return
        }
        if (BREAK_OFF.has(character)) {
          finish(() => reject(new HomebirdError('USAGE', 'broken off; nothing was set')))
          return
        }
        if (ERASE.has(character)) typed.pop()
        else typed.push(character)
      }
    }
    stdin.on('data', read)
    stdin.resume()
  })
}

const MOST_INPUT = 65_536

interface AskedValue {
  /** The argument; left out, or `-`, where the input has the value. */
  readonly given: string | undefined
  readonly name: string
  /** Which sets it, without the program's name. */
  readonly command: string
  readonly isSecret: boolean
}

/**
 * The argument, or what the input has. An empty argument takes away what is kept, also of a secret.
 * @throws HomebirdError USAGE for a secret as an argument, and when the input is empty
 */
export async function valueFromInput({ given, name, command, isSecret }: AskedValue): Promise<string> {
  if (given === undefined || given === '-') return secretFromInput(`${name}: `)
  if (isSecret && given !== '')
    throw new HomebirdError(
      'USAGE',
      `a secret is no argument, which every account of this computer can read; give it to the input: homebird ${command} ${name} < FILE, or type it when asked`,
    )
  return given
}

/** Typed without being shown on a terminal, else the first line of the input. @throws HomebirdError USAGE when it is empty */
async function secretFromInput(question: string): Promise<string> {
  const [value = ''] = await secretsFromInput([question])
  return value
}

/**
 * One value for each question, typed without being shown on a terminal, else the first lines of the input.
 * @throws HomebirdError USAGE where the input lacks one
 */
export async function secretsFromInput(questions: readonly string[]): Promise<string[]> {
  const { stdin } = process
  if (questions.length === 0) return []
  if (!stdin.isTTY) return firstLines(stdin, questions)
  const values: string[] = []
  for (const question of questions) values.push(await askPassword(question))
  return values
}

async function firstLines(stdin: NodeJS.ReadStream, questions: readonly string[]): Promise<string[]> {
  stdin.setEncoding('utf8')
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.split('\n').length > questions.length || text.length > MOST_INPUT) break
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return questions.map((question, index) => {
    const line = lines[index] ?? ''
    if (line !== '') return line
    if (index === 0) throw new HomebirdError('USAGE', 'the input is empty; write the value on its first line')
    const what = `${question.replace(/: $/, '')}; write it on line ${index + 1}`
    throw new HomebirdError('USAGE', `the input ends before it says the ${what}`)
  })
}

/** The first line of the file. @throws HomebirdError USAGE when it cannot be read or is empty */
export function readPasswordFile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HomebirdError('USAGE', `the password file ${path} cannot be read: ${reason}`, { cause: error })
  }
  const [line = ''] = text.split(/\r?\n/)
  if (line === '')
    throw new HomebirdError(
      'USAGE',
      `the password file ${path} is empty; write the password on its first line`,
    )
  return line
}

/** From the file when there is one; else typed, twice. @throws HomebirdError USAGE */
export async function newPassword(passwordFile: string | undefined): Promise<string> {
  if (passwordFile !== undefined) return readPasswordFile(passwordFile)
  const first = await askPassword('Password for the owner of this home: ')
  const second = await askPassword('Again: ')
  if (first !== second) throw new HomebirdError('USAGE', 'the two passwords differ; nothing was set')
  return first
}

/** @param what  it is that --yes agrees to @throws HomebirdError USAGE without a yes, and without anybody to ask */
export async function requireYes(io: CommandIo, what: string): Promise<void> {
  if (!process.stdin.isTTY || io.json)
    throw new HomebirdError('USAGE', `nothing was changed: give --yes ${what}`)
  const answer = await askLine('Go on? Write yes: ')
  if (answer.trim().toLowerCase() !== 'yes') throw new HomebirdError('USAGE', 'nothing was changed')
}
