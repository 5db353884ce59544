/** Makes one line of a log file readable: a JSON object of the home, or plain text of the database. */
import { LOG_LEVELS, type LogLevelName, type LogLine } from '../../contracts/logs.ts'
import { plainLine } from '../../core/plain-line.ts'
import { REMOVED, type Redactor, isSecretName } from '../../core/redact.ts'
import type { LogSource } from './log-places.ts'

const MOST_TEXT = 4_000

export interface RawLine {
  readonly source: LogSource
  readonly file: string
  /** Where it begins. */
  readonly offset: number
  readonly text: string
}

/** Null for a line that says nothing. */
export function parseLogLine(line: RawLine, redact: Redactor): LogLine | null {
  if (line.text.trim() === '') return null
  const id = `${line.source.slice(0, 1)}:${line.file}:${line.offset}`
  const { at, part, event, text, ...rest } =
    line.source === 'database' ? databaseLine(id, line.text, redact) : homeLine(id, line.text, redact)
  // What a file holds as an escape is itself again by now, and servers of others have their say in it.
  return {
    ...rest,
    at: plainLine(at),
    part: plainLine(part),
    event: plainLine(event),
    text: plainLine(text),
  }
}

function homeLine(id: string, text: string, redact: Redactor): LogLine {
  const facts = factsIn(text)
  if (facts === null) {
    return { id, at: '', level: 'info', part: 'appliance', event: '', text: redact(text).slice(0, MOST_TEXT) }
  }
  const { level, time, part, event, message, ...rest } = facts
  const words = [typeof message === 'string' ? message : '', ...Object.entries(rest).map(factText)]
  return {
    id,
    at: typeof time === 'string' ? time : '',
    level: levelOf(level),
    part: typeof part === 'string' ? part.slice(0, 60) : 'appliance',
    event: typeof event === 'string' ? redact(event).slice(0, 120) : '',
    text: redact(words.filter((word) => word !== '').join(' ')).slice(0, MOST_TEXT),
  }
}

function factsIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null
  }
}

/** A value that is secret by its name may have words, of which a text without quotes does not show the end. */
function factText([name, value]: readonly [string, unknown]): string {
  if (isSecretName(name)) return `${name}=${REMOVED}`
  return `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`
}

function levelOf(level: unknown): LogLevelName {
  if (level === 'fatal') return 'error'
  if (level === 'trace') return 'debug'
  return LOG_LEVELS.find((known) => known === level) ?? 'info'
}

const DATABASE_LINE =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) UTC \[\d+\] (?:\S+ )?([A-Z]+\d?): {1,2}(.*)$/s

function databaseLine(id: string, text: string, redact: Redactor): LogLine {
  const [, day, time, severity = '', words] = DATABASE_LINE.exec(text) ?? []
  const isBad = ['ERROR', 'FATAL', 'PANIC'].includes(severity)
  return {
    id,
    at: day === undefined ? '' : `${day}T${time}Z`,
    level: isBad ? 'error' : severity === 'WARNING' ? 'warn' : 'info',
    part: 'database',
    event: '',
    text: redact(words ?? text).slice(0, MOST_TEXT),
  }
}
