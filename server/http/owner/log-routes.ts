/** The logs of all processes in the owner's hands: pages, a live tail, a file; secrets are taken out of each line. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { LOG_LEVELS, type LogLine, type LogPage } from '../../contracts/logs.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import { createRedactor, type Redactor } from '../../core/redact.ts'
import { secretSettings } from '../../core/secret-settings.ts'
import { formatPlaces, parsePlaces } from '../../storage/logs/log-places.ts'
import { readLogs } from '../../storage/logs/read-logs.ts'
import { lineText } from '../../storage/logs/trouble-text.ts'
import { tailLogs } from '../../storage/logs/tail-logs.ts'
import type { HttpContext } from '../http-context.ts'
import { type EventReply, openEventReply } from '../plugins/event-reply.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const
const LINES_PER_PAGE = 200
const MOST_LOOKED = 20_000
const MOST_SAVED = 50_000
/** Of text, whatever the lines are like: all of it is held until it has been sorted out. */
const MOST_SAVED_CHARACTERS = 20_000_000
/** Saving one reads all logs. */
const FILES = { max: 20, timeWindow: 300_000 }
const MOST_TAILS = 8
const PING_MS = 15_000
const SESSION_CHECK_MS = 5_000

const Filter = {
  level: Type.Optional(Type.Union(LOG_LEVELS.map((level) => Type.Literal(level)))),
  part: Type.Optional(Type.String({ maxLength: 60 })),
  search: Type.Optional(Type.String({ maxLength: 200 })),
}
const PageQuery = Type.Object({
  ...Filter,
  before: Type.Optional(Type.String({ maxLength: 200 })),
})
const LiveQuery = Type.Object({ ...Filter, after: Type.Optional(Type.String({ maxLength: 200 })) })

interface LogFilter {
  readonly level?: (typeof LOG_LEVELS)[number]
  readonly part?: string
  readonly search?: string
}

export function logRoutes(context: HttpContext): FastifyPluginAsync {
  const redact = redactorOf(context)
  let tails = 0
  return async (app) => {
    app.get<{ Querystring: Static<typeof PageQuery> }>(
      '/logs',
      { ...OWNER, schema: { querystring: PageQuery } },
      async ({ query }): Promise<LogPage> => readPage(context, redact, query),
    )
    app.get<{ Querystring: Static<typeof LiveQuery> }>(
      '/logs/live',
      { ...OWNER, exposeHeadRoute: false, schema: { querystring: LiveQuery } },
      async (request, reply) => {
        if (tails >= MOST_TAILS) throw new HomebirdError('UNAVAILABLE', `${MOST_TAILS} tails are open`)
        const folder = logFolder(context)
        const opened = openEventReply(reply)
        if (opened === null) return reply
        tails += 1
        void tailTo(context, folder, redact, request, opened).finally(() => {
          tails -= 1
        })
        return reply
      },
    )
    app.get<{ Querystring: Static<typeof PageQuery> }>(
      '/logs/file',
      { config: { ...OWNER.config, rateLimit: FILES }, schema: { querystring: PageQuery } },
      async ({ query }, reply) => {
        const { lines } = await readLogs(logFolder(context), redact, {
          matches: matcherOf(query),
          limit: MOST_SAVED,
          mostLooked: Number.POSITIVE_INFINITY,
          mostCharacters: MOST_SAVED_CHARACTERS,
          before: null,
        })
        return reply
          .type('text/plain; charset=utf-8')
          .header('content-disposition', 'attachment; filename="homebird-log.txt"')
          .send(Readable.from(lines.toReversed().map((line) => `${lineText(line)}\n`)))
      },
    )
  }
}

/** Takes out what no helper may see: secrets of the settings, of this start, and what looks like one. */
export function redactorOf({ config, supervision }: HttpContext): Redactor {
  return createRedactor([...secretSettings(config), ...(supervision?.secrets ?? [])])
}

/** @throws HomebirdError UNAVAILABLE for a process that nobody supervises: it has no log files */
export function logFolder({ supervision }: HttpContext): string {
  if (supervision !== null) return dataDirAt(supervision.dataDir).logs
  throw new HomebirdError('UNAVAILABLE', 'this process writes no log files', {
    safe: 'This process keeps no logs.',
  })
}

async function readPage(
  context: HttpContext,
  redact: Redactor,
  query: Static<typeof PageQuery>,
): Promise<LogPage> {
  const before = query.before === undefined ? null : parsePlaces(query.before)
  if (before === null && query.before !== undefined) {
    throw new HomebirdError('BAD_REQUEST', 'the place in the logs cannot be read')
  }
  const parts = new Set<string>()
  const matches = matcherOf(query)
  const found = await readLogs(logFolder(context), redact, {
    matches: (line) => {
      parts.add(line.part)
      return matches(line)
    },
    limit: LINES_PER_PAGE,
    mostLooked: MOST_LOOKED,
    before,
  })
  return {
    lines: found.lines,
    before: found.before === null ? null : formatPlaces(found.before),
    after: before === null ? formatPlaces(found.ends) : null,
    parts: [...parts].toSorted(),
  }
}

function matcherOf({ level, part, search }: LogFilter): (line: LogLine) => boolean {
  const least = LOG_LEVELS.indexOf(level ?? 'debug')
  const wanted = search?.trim().toLowerCase() ?? ''
  return (line) =>
    LOG_LEVELS.indexOf(line.level) >= least &&
    (part === undefined || part === '' || line.part === part) &&
    (wanted === '' || `${line.part} ${line.event} ${line.text}`.toLowerCase().includes(wanted))
}

/** Keeps the answer open until the reader leaves, the session ends or the home stops. Never throws. */
async function tailTo(
  context: HttpContext,
  folder: string,
  redact: Redactor,
  request: FastifyRequest<{ Querystring: Static<typeof LiveQuery> }>,
  { raw, write }: EventReply,
): Promise<void> {
  const left = new AbortController()
  raw.once('close', () => left.abort())
  const matches = matcherOf(request.query)
  const ping = setInterval(() => write(':thump\n'), PING_MS)
  // Whoever was signed out meanwhile reads on no longer (rule 74).
  const watch = setInterval(
    () => void requireOwner(context, request).catch(() => left.abort()),
    SESSION_CHECK_MS,
  )
  try {
    await tailLogs({
      folder,
      redact,
      after: parsePlaces(request.query.after ?? '') ?? null,
      signal: AbortSignal.any([left.signal, context.stopping]),
      onLines: (lines) => {
        const wanted = lines.filter(matches)
        if (wanted.length > 0) write(`event: lines\ndata: ${JSON.stringify(wanted)}\n\n`)
      },
    })
  } catch (error) {
    context.log.warn({ event: 'owner.tail_failed', error })
  } finally {
    clearInterval(ping)
    clearInterval(watch)
    if (!raw.writableEnded) raw.end()
  }
}
