/**
 * Runs somebody else's tunnel program as long as it is wanted: an argument list and no shell, an environment of its own,
 * its lines read one by one, its end waited for.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import type { Readable } from 'node:stream'
import { describeError } from '../core/errors.ts'
import { ProgramLedger } from '../core/program-ledger.ts'
import { EventFeed } from './event-feed.ts'
import type { TunnelEvent } from './provider.ts'

/** Then by force; before this process, which is told to stop too, is ended itself. */
const TERM_LIMIT_MS = 3_000
/** What it started itself may hold its output open for ever. */
const OUTPUT_LIMIT_MS = 1_000
/** It tries several ways by itself, as cloudflared does where no UDP goes out, and says so late. */
export const PROGRAM_CONNECT_LIMIT_MS = 45_000
/** Of what is shown. */
const MOST_LINE = 500
/** Of what is kept of a line that has no end yet: any secret fits in. */
const MOST_UNENDED = 65_536
/** What a program may need of the machine; nothing of this home is among it. */
const PASSED_VARIABLES = [
  'HOME',
  'LANG',
  'LC_ALL',
  'PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SystemRoot',
  'TEMP',
  'TMPDIR',
  'TZ',
  'USERPROFILE',
]

export interface ProgramPlan {
  readonly path: string
  readonly args: readonly string[]
  /** Besides what the machine has. */
  readonly env: Readonly<Record<string, string>>
  /** Values that no line may show. */
  readonly secrets: readonly string[]
  /** What a line means; null for nothing. */
  read(line: string): TunnelEvent | null
  /** It is up as soon as it runs: it says nothing by which it could be known. */
  readonly isUpAtOnce: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Names in the environment that a program is run from the file in which those that run are kept, so that none outlives
 * a process that was killed. No program sees it.
 */
export const LEDGER_VARIABLE = 'HOMEBIRD_TUNNEL_PROGRAMS'

/** Ends after `lost`; when `signal` is aborted, once the program is gone. */
export async function* runProgram(
  plan: ProgramPlan,
  environment: Environment,
  signal: AbortSignal,
): AsyncGenerator<TunnelEvent, void> {
  const feed = new EventFeed<TunnelEvent>()
  const child = spawn(plan.path, [...plan.args], {
    env: { ...passedFrom(environment), ...plan.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
  })
  const forget = keepInMind(child, environment[LEDGER_VARIABLE])
  let lastLine = ''
  const take = (line: string): void => {
    const shown = hide(line, plan.secrets).slice(0, MOST_LINE)
    lastLine = shown === '' ? lastLine : shown
    const event = plan.read(shown)
    if (event !== null) feed.push(event)
  }
  const ended = endOf(child, () => lastLine)
  for (const stream of [child.stdout, child.stderr]) readLines(stream, take)
  child.once('spawn', () => {
    if (plan.isUpAtOnce) feed.push({ type: 'connected' })
  })
  void ended.then((reason) => {
    feed.push({ type: 'lost', reason })
    feed.end()
  })
  const stop = (): void => void stopProgram(child, ended)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    for await (const event of feed.read()) {
      yield event
      if (event.type === 'lost') return
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await stopProgram(child, ended)
    forget()
  }
}

/** @returns to be called once it has ended */
function keepInMind({ pid }: ChildProcess, file: string | undefined): () => void {
  if (file === undefined || pid === undefined) return () => undefined
  const ledger = new ProgramLedger(file)
  ledger.add(pid)
  return () => ledger.remove(pid)
}

function readLines(stream: Readable, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n|\r/)
    rest = (lines.pop() ?? '').slice(0, MOST_UNENDED)
    for (const line of lines) take(line)
  })
  stream.once('end', () => {
    if (rest !== '') take(rest)
  })
}

async function endOf(child: ChildProcess, lastLine: () => string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  child.once('error', (error) => resolve(`the program could not be started: ${describeError(error)}`))
  child.once('exit', () => {
    const timer = setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, OUTPUT_LIMIT_MS)
    child.once('close', () => clearTimeout(timer))
  })
  child.once('close', (code, killedBy) => {
    const how = killedBy === null ? `ended with code ${code}` : `was ended by ${killedBy}`
    const said = lastLine()
    resolve(`the program ${how}${said === '' ? '' : `; its last line: ${said}`}`)
  })
  return promise
}

async function stopProgram(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), TERM_LIMIT_MS)
  await ended
  clearTimeout(timer)
}

export function passedFrom(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    PASSED_VARIABLES.flatMap((name) => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

export function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '(hidden)')),
    text,
  )
}

/** Where a program is: as named, or in one of the folders of PATH. Null when it is in none of them. */
export async function findProgram(name: string, environment: Environment): Promise<string | null> {
  const isPath = isAbsolute(name) || name.includes('/') || name.includes('\\')
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const places = isPath ? [name] : folders.map((folder) => join(folder, name))
  for (const place of places) {
    if (await isRunnable(place)) return place
    if (process.platform === 'win32' && (await isRunnable(`${place}.exe`))) return `${place}.exe`
  }
  return null
}

async function isRunnable(place: string): Promise<boolean> {
  return access(place, constants.X_OK).then(
    () => true,
    () => false,
  )
}
