/** How pages are answered: written in their frame, sent with the content policy, errors in the same look. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { askForPatience, noteError, sendMissing, toHomebirdError } from '../plugins/answers.ts'
import { type Page, contentPolicy, writePage } from './layout.ts'
import { messagePage } from './message-page.ts'
import type { PageSource } from './view.ts'
import { WORDS } from './words.ts'

/** The same whatever is asked for. */
export const PAGE = { config: { scope: 'public', answer: 'page' } } as const
/** Servers are led from there to the id. */
export const NEGOTIATED = { config: { scope: 'public', answer: 'negotiated' } } as const
/** The same, of one post. */
export const POST_PAGE = { config: { ...NEGOTIATED.config, lifetime: 'cacheTimeoutPagePost' } } as const
/** A page of many posts. */
export const TIMELINE_PAGE = { config: { ...PAGE.config, lifetime: 'cacheTimeoutPageTimeline' } } as const
/** What depends on who asks, or on a query, which some caches leave out of their keys. */
export const FOR_ONE = { config: { scope: 'public', answer: 'private' } } as const

const MOST_LOGGED = 200

export interface PageDesk {
  readonly source: PageSource
  send(reply: FastifyReply, page: Page): Promise<FastifyReply>
  fail(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
}

export function openPageDesk(source: PageSource): PageDesk {
  const policy = contentPolicy(source.api.context.config.mediaUrl)
  const send = async (reply: FastifyReply, page: Page): Promise<FastifyReply> =>
    sendText(reply, writePage(await source.frame(), page))
  const sendText = (reply: FastifyReply, text: string): FastifyReply =>
    reply
      .header('content-security-policy', policy)
      .header('x-frame-options', 'DENY')
      .type('text/html; charset=utf-8')
      .send(text)
  const fail = async (raw: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const error = toHomebirdError(raw)
    noteError(source.api.context.log, error, request)
    askForPatience(reply, error)
    void reply.code(error.status)
    // What failed may be what the name of the home is read from.
    const frame = await source.frame().catch(() => ({ title: WORDS.software }))
    return sendText(reply, writePage(frame, pageOfError(error)))
  }
  return { source, send, fail }
}

/** What is gone, never was, or is not for everybody is one and the same, but for what its author took back. */
function pageOfError(error: HomebirdError): Page {
  const { message } = WORDS
  switch (error.status) {
    case 404:
      return messagePage(message.missing, message.missingText)
    case 410:
      return messagePage(message.gone, message.goneText)
    case 401:
    case 403:
      return messagePage(message.closed, error.safe)
    case 429:
      return messagePage(message.tooMany, message.tooManyText)
    case 503:
      return messagePage(message.away, message.awayText)
    default:
      return messagePage(message.failed, error.status < 500 ? error.safe : message.failedText)
  }
}

/** What programs ask for has errors of its own shape. */
const OF_PROGRAMS = /^\/(?:api|oauth|ap|\.well-known|nodeinfo|proxy|media)(?:\/|$)/

/** Whoever comes to an address that nothing stands at is told so in words, if they read pages. */
export function answerMissing(app: FastifyInstance, desk: PageDesk): void {
  app.setNotFoundHandler(async (request, reply) => {
    const isReader = /\btext\/html\b/.test(request.headers.accept ?? '')
    const path = (request.raw.url ?? '/').slice(0, MOST_LOGGED)
    if (!isReader || OF_PROGRAMS.test(path)) return sendMissing(reply)
    return desk.fail(new HomebirdError('NOT_FOUND', `no page at ${path}`), request, reply)
  })
}
