/** The home as the shell around it sees it, live. @see contracts/home-feed.ts */
import type { ServerResponse } from 'node:http'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { openApi } from '../client-api/api.ts'
import type { HttpContext } from '../http-context.ts'
import { openEventReply } from '../plugins/event-reply.ts'
import { HomeFeed } from './home-feed.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const
const MOST_FEEDS = 8
const SESSION_CHECK_MS = 5_000

export function homeFeedRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const feed = new HomeFeed(await openApi(context, 'private'))
    app.addHook('onClose', async () => feed.close())
    const stop = (): void => feed.close()
    context.stopping.addEventListener('abort', stop, { once: true })
    // A HEAD would take a place and never end.
    app.get('/home/live', { ...OWNER, exposeHeadRoute: false }, async (request, reply) => {
      if (feed.size >= MOST_FEEDS) throw new HomebirdError('UNAVAILABLE', `${MOST_FEEDS} feeds are open`)
      const opened = openEventReply(reply)
      if (opened === null) return reply
      const place = request.headers['last-event-id']
      feed.add(opened, typeof place === 'string' ? place : null)
      endWithSession(context, request, opened.raw)
      return reply
    })
  }
}

/** Whoever was signed out meanwhile reads on no longer (rule 74). */
function endWithSession(context: HttpContext, request: FastifyRequest, raw: ServerResponse): void {
  const check = (): void => void requireOwner(context, request).catch(() => raw.end())
  const watch = setInterval(check, SESSION_CHECK_MS).unref()
  const leave = context.listener.subscribe('changed', {
    onNotification: (what) => {
      if (what === 'sessions') check()
    },
  })
  raw.once('close', () => {
    clearInterval(watch)
    leave()
  })
}
