/** Where visitors begin to follow, or to answer a post. Outgoing requests are bounded and few: anybody may cause them. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RemoteDocuments } from '../../activitypub/remote-documents.ts'
import { findVisitorServer } from '../../activitypub/visitor-server.ts'
import { HomebirdError } from '../../core/errors.ts'
import { limiterKey } from '../plugins/limiter-key.ts'
import { FOR_ONE, PAGE, type PageDesk } from './desk.ts'
import { type VisitFacts, leadPage, problemOf, visitPage } from './follow-page.ts'
import { type NamedPost, getPost } from './post-routes.ts'
import { hostTags, sendReadyPage } from './ready-page.ts'
import { getHost } from './view.ts'

const MOST_FORM_BYTES = 4_096
const MOST_TYPED = 300
/** Behind a tunnel all strangers have one address. */
const TWENTY_IN_FIVE_MINUTES = { max: 20, timeWindow: 300_000 } as const

const FOLLOW = '/@:name/follow'

type Visit = FastifyRequest<NamedPost>

export async function followRoutes(app: FastifyInstance, desk: PageDesk): Promise<void> {
  const { context } = desk.source.api
  const documents = new RemoteDocuments(context)
  readForms(app)
  await app.register(rateLimit, {
    global: false,
    keyGenerator: limiterKey,
    errorResponseBuilder: (_request, { ttl }) =>
      new HomebirdError('RATE_LIMITED', 'the limiter of visitors who want to follow tripped', {
        details: { retryAfterSeconds: Math.ceil(ttl / 1_000) },
      }),
  })
  const pages = [
    [FOLLOW, followFacts],
    ['/@:name/:id/act', actFacts],
  ] as const
  for (const [path, factsOf] of pages) {
    app.get<NamedPost>(path, PAGE, async (request, reply) =>
      sendReadyPage(desk, request, reply, async () => {
        const facts = await factsOf(desk, request)
        const { id } = request.params
        const tags = path === FOLLOW ? hostTags(facts.host) : [`post:${id}` as const, ...hostTags(facts.host)]
        return { page: visitPage(facts, '', null), tags }
      }),
    )
    const limited = {
      bodyLimit: MOST_FORM_BYTES,
      config: { ...FOR_ONE.config, rateLimit: TWENTY_IN_FIVE_MINUTES },
    }
    app.post<NamedPost>(path, limited, async (request, reply) => {
      const facts = await factsOf(desk, request)
      const typed = typedOf(request.body)
      const isOwnHost = (host: string): boolean => context.home.isOwnHost(host)
      const found = await findVisitorServer(documents, isOwnHost, typed, facts.target)
      if (found.outcome === 'found') return desk.send(reply, leadPage(facts, found))
      return desk.send(reply.code(422), visitPage(facts, typed, problemOf(found)))
    })
  }
}

/** Nothing but plain forms is read. */
function readForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
}

function typedOf(body: unknown): string {
  const typed = body instanceof URLSearchParams ? (body.get('address') ?? '') : ''
  return typed.slice(0, MOST_TYPED).toWellFormed()
}

async function followFacts({ source }: PageDesk, request: Visit): Promise<VisitFacts> {
  const host = await getHost(source, request, request.params.name)
  const path = `/@${host.actor.username}/follow`
  return { host, purpose: 'follow', path, target: host.handle.slice(1) }
}

async function actFacts({ source }: PageDesk, request: Visit): Promise<VisitFacts> {
  const host = await getHost(source, request, request.params.name)
  const post = await getPost(source, host, request)
  const path = `/@${host.actor.username}/${post.id}/act`
  return { host, purpose: 'act', path, target: post.uri }
}
