/**
 * Structured log: events as JSON lines on standard output. Lines never hold a key, a cookie, a token or a draft:
 * what is known to be secret is cut by path, and error causes are reduced to text.
 */
import { type Logger as PinoLogger, destination, pino } from 'pino'
import { describeError } from './errors.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** A log line is one object with an `event` name in dotted lower case, `delivery.finished`, and its facts. */
export interface Logger {
  trace(event: LogEvent): void
  debug(event: LogEvent): void
  info(event: LogEvent): void
  warn(event: LogEvent): void
  error(event: LogEvent): void
  fatal(event: LogEvent): void
  child(bindings: Record<string, unknown>): Logger
}

export interface LogEvent {
  readonly event: string
  readonly [fact: string]: unknown
}

const SECRET_PATHS = [
  'password',
  'token',
  'secret',
  'key',
  'cookie',
  'authorization',
  'privateKeyPem',
].flatMap((name) => [name, `*.${name}`])

export function createLogger(
  part: string,
  level: LogLevel,
  target: NodeJS.WritableStream | number = 1,
): Logger {
  const stream = typeof target === 'number' ? destination({ fd: target, sync: false, minLength: 0 }) : target
  const logger: PinoLogger = pino(
    {
      level,
      base: { part },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '[removed]' },
      serializers: { error: (value: unknown) => describeError(value) },
    },
    stream,
  )
  return logger
}
