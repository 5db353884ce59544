/**
 * Public pages at the addresses that accounts and posts give as their `url`: HTML for people, a redirect to the id for
 * servers. They show what a stranger may see and nothing else.
 * @see security rules 65, 66, 82; the header table of the tunnel page
 */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { INTERACTION_PATH } from '../../activitypub/webfinger.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import type { Actor } from '../../domain/actors/actor.ts'
import { pageHtml, readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import { findVisiblePost } from '../../domain/posts/find-post.ts'
import { listAccountPosts } from '../../domain/posts/list-posts.ts'
import { statusFromRow, statusesFromRows } from '../../domain/posts/status-entities.ts'
import { type Api, openApi } from '../client-api/api.ts'
import { requestedOrigin } from '../federation/surface.ts'
import type { HttpContext } from '../http-context.ts'
import { toHomebirdError } from '../plugins/answers.ts'
import { interactionPage } from './interaction.ts'
import { STYLE, messagePage, plainPage, postPage, profilePage } from './documents.ts'
import { prefersActivity } from './prefers-activity.ts'

const OPEN = { config: { scope: 'public', answer: 'page' } } as const
/** Servers are led from there to the id. */
const NEGOTIATED = { config: { scope: 'public', answer: 'negotiated' } } as const
/** Who comes with an address of somebody else's gets a page of their own. */
const FOR_ONE = { config: { scope: 'public', answer: 'private' } } as const
const POSTS_PER_PAGE = 20
const OWN_POSTS = {
  excludesReplies: true,
  excludesBoosts: true,
  excludesDirect: true,
  onlyMedia: false,
  onlyPinned: false,
  hashtags: [],
} as const

export function pageRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    // Pictures go by path: the page is of this host, by whatever name it was reached.
    const api = await openApi(context, 'private')
    const policy = contentPolicy(context.config.mediaUrl)
    const send = (reply: FastifyReply, html: string): FastifyReply =>
      reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html)
    app.addHook('onRequest', (_request, reply, done) => {
      void reply.header('x-frame-options', 'DENY')
      done()
    })
    app.setErrorHandler((raw, _request, reply) => sendErrorPage(reply, raw, send))
    app.get<{ Querystring: { uri?: unknown } }>(INTERACTION_PATH, FOR_ONE, async (request, reply) =>
      send(reply, interactionPage(request.query.uri)),
    )
    aboutPages(app, context, send)
    app.get<{ Params: { name: string }; Querystring: { before?: unknown } }>(
      '/@:name',
      NEGOTIATED,
      async (request, reply) => {
        const actor = await getOwner(api, request, request.params.name)
        if (prefersActivity(request.headers.accept)) return reply.redirect(actor.uri, 302)
        return send(reply, await showProfile(api, actor, request.query.before))
      },
    )
    app.get<{ Params: { name: string; id: string } }>('/@:name/:id', NEGOTIATED, async (request, reply) => {
      const { name, id } = request.params
      const actor = await getOwner(api, request, name)
      const post = isRowId(id) ? await findVisiblePost(context.db, null, id) : undefined
      if (post === undefined || post.author_id !== actor.id || post.boost_of_id !== null)
        throw notFound(request)
      if (prefersActivity(request.headers.accept)) return reply.redirect(post.uri, 302)
      const status = await statusFromRow(context.db, api.scopeFor(null), post)
      if (status === undefined) throw notFound(request)
      return send(reply, postPage(status, handleOf(actor)))
    })
  }
}

/** What the owner says about the home, at the addresses that apps are told. */
function aboutPages(
  app: FastifyInstance,
  { db }: HttpContext,
  send: (reply: FastifyReply, html: string) => FastifyReply,
): void {
  const texts = async () => spokenTexts(await readHomeTexts(db))
  app.get('/about', OPEN, async (_request, reply) =>
    send(reply, plainPage('About this home', pageHtml((await texts()).about))),
  )
  app.get('/privacy-policy', OPEN, async (_request, reply) =>
    send(reply, plainPage('Privacy', pageHtml((await texts()).privacyPolicy))),
  )
  app.get('/terms-of-service', OPEN, async (_request, reply) =>
    send(reply, plainPage('Terms of service', pageHtml((await texts()).termsOfService))),
  )
}

/** Pictures come from here, or from where own media was moved to. */
function contentPolicy(mediaUrl: string): string {
  const media = URL.canParse(mediaUrl) ? ` ${new URL(mediaUrl).origin}` : ''
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    `img-src 'self'${media}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The identity whose page this is, by the address that is stored with it. @throws HomebirdError NOT_FOUND */
async function getOwner({ context }: Api, request: FastifyRequest, name: string): Promise<Actor> {
  if (!/^[\w.-]{1,100}$/.test(name)) throw notFound(request)
  const actor = await context.db
    .selectFrom('actors')
    .selectAll()
    .where('page_url', '=', `${requestedOrigin(context, request)}/@${name}`)
    .where('is_local', '=', true)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .executeTakeFirst()
  if (actor === undefined) throw notFound(request)
  return actor
}

async function showProfile(api: Api, actor: Actor, before: unknown): Promise<string> {
  const { db } = api.context
  const scope = api.scopeFor(null)
  const maxId = typeof before === 'string' && isRowId(before) ? before : null
  const wanted = { maxId, sinceId: null, minId: null, limit: POSTS_PER_PAGE }
  const page = await listAccountPosts(db, null, actor.id, OWN_POSTS, wanted)
  const [account] = await accountsFromIds(db, scope, [actor.id])
  if (account === undefined) throw new HomebirdError('NOT_FOUND', `actor ${actor.id} went away`)
  return profilePage({
    account,
    handle: handleOf(actor),
    statuses: await statusesFromRows(db, scope, page.items),
    olderPath: page.isFull && page.oldest !== null ? `/@${actor.username}?before=${page.oldest}` : null,
  })
}

const handleOf = ({ username, handle_domain: domain }: Actor): string => `@${username}@${domain}`

function notFound(request: FastifyRequest): HomebirdError {
  return new HomebirdError('NOT_FOUND', `no page at ${(request.raw.url ?? '').slice(0, 200)}`)
}

function sendErrorPage(
  reply: FastifyReply,
  raw: unknown,
  send: (reply: FastifyReply, html: string) => FastifyReply,
): FastifyReply {
  const error = toHomebirdError(raw)
  const isMissing = error.status === 404
  const title = isMissing ? 'There is nothing here' : 'This did not work'
  const text = isMissing ? 'The page was removed, was never here, or is not public.' : error.safe
  return send(reply.code(error.status), messagePage(title, text))
}
