/** `homebird logs`: what all parts of the home have written, to be read on a terminal; also of a home that does not run. */
import { homeFolder, readSettings } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { LOG_LEVELS, type LogLevelName, type LogLine } from '../contracts/logs.ts'
import { dataDirAt } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { readLogs } from '../storage/logs/read-logs.ts'
import { tailLogs } from '../storage/logs/tail-logs.ts'
import { lineText } from '../storage/logs/trouble-text.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { redactorFor } from './known-secrets.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const MOST_LINES = 50_000

export interface LogsOptions extends CommonOptions {
  readonly lines: string
  readonly level: string
  readonly part?: string
  readonly search?: string
  readonly follow?: boolean
}

/** @throws HomebirdError USAGE for a number or a level that is none */
export async function logs(options: LogsOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const ended = untilInterrupted()
  const limit = linesOf(options.lines)
  const matches = matcherOf(options)
  const sources = sourcesFrom(options)
  const dir = dataDirAt(homeFolder(sources))
  const folder = dir.logs
  const redact = redactorFor(configOf(sources), dir, sources)
  const found = await readLogs(folder, redact, {
    matches,
    limit,
    mostLooked: Number.POSITIVE_INFINITY,
    before: null,
  })
  for (const line of found.lines.toReversed()) show(io, line)
  if (options.follow !== true) {
    if (found.lines.length === 0) io.say(`nothing of that is in ${folder}`)
    return ExitCode.ok
  }
  await tailLogs({
    folder,
    redact,
    after: found.ends,
    signal: ended,
    onLines: (lines) => {
      for (const line of lines) if (matches(line)) show(io, line)
    },
  })
  return ExitCode.ok
}

function show(io: CommandIo, line: LogLine): void {
  io.put(line)
  io.say(lineText(line))
}

/** Null where the settings cannot be read: whoever starts the home is told why, and may want the logs for that. */
function configOf(sources: Parameters<typeof readSettings>[0]) {
  try {
    return readSettings(sources).loaded.config
  } catch (error) {
    if (error instanceof HomebirdError) return null
    throw error
  }
}

function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interrupted.abort())
  // Whoever read along has left, as with `| head`.
  process.stdout.on('error', () => interrupted.abort())
  return interrupted.signal
}

function linesOf(raw: string): number {
  const lines = /^\d{1,6}$/.test(raw) ? Number(raw) : Number.NaN
  if (lines >= 0 && lines <= MOST_LINES) return lines
  throw new HomebirdError('USAGE', `--lines is "${raw}" and must be a whole number from 0 to ${MOST_LINES}`)
}

function levelOf(raw: string): LogLevelName {
  const level = LOG_LEVELS.find((known) => known === raw.trim().toLowerCase())
  if (level !== undefined) return level
  throw new HomebirdError('USAGE', `--level is "${raw}" and must be one of ${LOG_LEVELS.join(', ')}`)
}

/** A part may be named with its number, as `homebird status` does: lines know the kind only. */
function matcherOf({ level, part, search }: LogsOptions): (line: LogLine) => boolean {
  const least = LOG_LEVELS.indexOf(levelOf(level))
  const kind = part?.trim().toLowerCase().replace(/-\d+$/, '')
  const words = search?.trim().toLowerCase() ?? ''
  return (line) =>
    LOG_LEVELS.indexOf(line.level) >= least &&
    (kind === undefined || kind === line.part.replace(/-\d+$/, '')) &&
    (words === '' || lineText(line).toLowerCase().includes(words))
}
