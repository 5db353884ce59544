/**
 * Feeds of an identity and of a hashtag for readers of RSS, Atom and JSON Feed. They hold what a stranger may see of public
 * posts, the same for everybody; who is gone or does not want to be found has none, and that is answered as absent.
 * @see security rules 65, 66; the header table of the tunnel page
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { findIdentityByPage } from '../../domain/actors/actor.ts'
import { offersFeeds } from '../../domain/owner/page-switches.ts'
import { findHashtags, hashtagKey } from '../../domain/text/scan-text.ts'
import { type Api, openApi } from '../client-api/api.ts'
import { requestedOrigin } from '../federation/surface.ts'
import type { HttpContext } from '../http-context.ts'
import { type AnswerTag, type ReadyAnswer, readyAnswer, sendReady } from '../ready/ready-answer.ts'
import { readyAnswersOf } from '../ready/ready-answers.ts'
import { ATOM_TYPE, atomDocument } from './atom.ts'
import type { Feed, FeedForm } from './feed.ts'
import { JSON_FEED_TYPE, jsonFeed } from './json-feed.ts'
import { hashtagFeed, identityFeed } from './load-feed.ts'
import { RSS_TYPE, rssDocument } from './rss.ts'

const OPEN = { config: { scope: 'public', answer: 'feed' } } as const

/** Behind the address of the page. */
const ENDINGS: Readonly<Record<FeedForm, string>> = { rss: '.rss', atom: '.atom', json: '/feed.json' }

/** Where other servers have the feed of a person: who moves a domain here keeps the readers. */
const FORMER: ReadonlyArray<readonly [ending: string, form: FeedForm]> = [
  ['/rss', 'rss'],
  ['/rss/', 'rss'],
  ['/feed.rss', 'rss'],
  ['/feed.atom', 'atom'],
  ['/atom.xml', 'atom'],
]

const WRITERS: Readonly<
  Record<FeedForm, (feed: Feed) => Pick<ReadyAnswer, 'contentType'> & { document: object | string }>
> = {
  rss: (feed) => ({ contentType: RSS_TYPE, document: rssDocument(feed) }),
  atom: (feed) => ({ contentType: ATOM_TYPE, document: atomDocument(feed) }),
  json: (feed) => ({ contentType: JSON_FEED_TYPE, document: jsonFeed(feed) }),
}

interface Named {
  readonly Params: { readonly name: string; readonly tag?: string }
}

export function feedRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    // Readers elsewhere show the pictures: their addresses are whole.
    const api = await openApi(context, 'public')
    const answers = readyAnswersOf(context)
    const send = async (
      request: FastifyRequest,
      reply: FastifyReply,
      make: () => Promise<ReadyAnswer | null>,
    ) => {
      const host = requestedOrigin(context, request).slice(8)
      // Other spellings of a name, and queries, change nothing.
      const { name, tag = '' } = request.params as Named['Params']
      const path = String(request.routeOptions.url)
        .replace(':name', encodeURIComponent(name))
        .replace(':tag', encodeURIComponent(tag))
      const answer = await answers.get({ variant: 'feed', host, path }, make)
      if (answer === null) throw notFound(request)
      // Search leads to pages, which say themselves whether it may.
      return sendReady(request, reply.header('x-robots-tag', 'noindex'), answer)
    }
    for (const [form, ending] of Object.entries(ENDINGS) as [FeedForm, string][]) {
      for (const page of ['/@:name', '/@:name/tagged/:tag']) {
        app.get<Named>(`${page}${ending}`, OPEN, async (request, reply) =>
          send(request, reply, async () => answerOf(form, await ofIdentity(api, request))),
        )
      }
      app.get<Named>(`/tags/:name${ending}`, OPEN, async (request, reply) =>
        send(request, reply, async () => answerOf(form, await ofHashtag(api, request))),
      )
    }
    for (const [ending, form] of FORMER) {
      app.get<Named>(`/@:name${ending}`, OPEN, async (request, reply) =>
        reply.redirect(`/@${encodeURIComponent(nameOf(request))}${ENDINGS[form]}`, 301),
      )
    }
  }
}

const nameOf = (request: FastifyRequest): string => (request.params as Named['Params']).name

interface Found {
  readonly feed: Feed
  readonly tags: readonly AnswerTag[]
}

async function ofIdentity(api: Api, request: FastifyRequest): Promise<Found | null> {
  const origin = requestedOrigin(api.context, request)
  const actor = await findIdentityByPage(api.context.db, origin, nameOf(request))
  if (actor === undefined || !offersFeeds(actor)) return null
  const { tag = null } = request.params as Named['Params']
  const hashtag = tag === null ? null : hashtagOf(tag)
  if (tag !== null && hashtag === null) return null
  const tags = [`actor:${actor.id}`, `posts-of:${actor.id}`] as const
  const feed = await identityFeed(api, actor, hashtag, origin)
  return feed === null ? null : { feed, tags }
}

/** A hashtag without posts has an empty feed, as it has an empty page; what can be none has neither. */
async function ofHashtag(api: Api, request: FastifyRequest): Promise<Found | null> {
  const key = hashtagOf(nameOf(request))
  if (key === null) return null
  return {
    feed: await hashtagFeed(api, key, requestedOrigin(api.context, request)),
    tags: [`hashtag:${key}`, 'identities'],
  }
}

/** By its canonical name; null for what can be none. */
const hashtagOf = (typed: string): string | null =>
  findHashtags(`#${typed}`)[0] === typed ? hashtagKey(typed) : null

function answerOf(form: FeedForm, found: Found | null): ReadyAnswer | null {
  if (found === null) return null
  const { feed, tags } = found
  return readyAnswer({ ...WRITERS[form](feed), tags, modifiedAt: feed.changedAt })
}

function notFound(request: FastifyRequest): HomebirdError {
  return new HomebirdError('NOT_FOUND', `no feed at ${(request.raw.url ?? '').slice(0, 200)}`)
}
