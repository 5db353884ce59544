/** How others find out about this home: WebFinger, host-meta, NodeInfo. */
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { XRD_XML, hostMetaDocument } from '../../activitypub/host-meta.ts'
import {
  type NodeInfoVersion,
  nodeInfoDocument,
  nodeInfoLinks,
  nodeInfoMediaType,
} from '../../activitypub/nodeinfo.ts'
import {
  JRD_JSON,
  type WebfingerResource,
  parseWebfingerResource,
  subscribeTemplate,
  webfingerDocument,
} from '../../activitypub/webfinger.ts'
import { HomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { type Actor, findActorByHandle, findActorByUri } from '../../domain/actors/actor.ts'
import { countActiveIdentities } from '../../domain/owner/active-identities.ts'
import { readHomeTexts } from '../../domain/owner/home-texts.ts'
import { originOfHost } from '../../domain/owner/own-uris.ts'
import { findByPageUrl } from '../../domain/posts/find-remote.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import { type AnswerParts, type ReadyAnswer, readyAnswer } from '../ready/ready-answer.ts'
import { OPEN, type Surface, requestedOrigin, sendFound } from './surface.ts'

const BY_QUERY = { config: { ...OPEN.config, answer: 'webfinger' } } as const
const JSON_TYPE = 'application/json; charset=utf-8'

export function wellKnownRoutes(surface: Surface): FastifyPluginAsync {
  const { context } = surface
  return async (app) => {
    answerAs(app, 'home')
    app.get('/.well-known/webfinger', BY_QUERY, async (request, reply) =>
      sendFound(request, reply, await webfinger(surface, request)),
    )
    const serve = (path: string, make: (origin: string) => Promise<AnswerParts>): void => {
      serveHome(app, surface, path, make)
    }
    serve('/.well-known/host-meta', async (origin) => home(XRD_XML, hostMetaDocument(origin)))
    serve('/.well-known/host-meta.json', async (origin) => home(JSON_TYPE, hostMetaJson(origin)))
    serve('/.well-known/nodeinfo', async (origin) =>
      home(JSON_TYPE, nodeInfoLinks(origin, context.home.instanceActor().uri)),
    )
    for (const version of ['2.0', '2.1'] as const) {
      serve(`/nodeinfo/${version}`, async () => nodeInfo(context, version))
    }
  }
}

function home(contentType: string, document: object | string): AnswerParts {
  return { contentType, tags: ['home'], document }
}

function serveHome(
  app: FastifyInstance,
  { context, answers }: Surface,
  path: string,
  make: (origin: string) => Promise<AnswerParts>,
): void {
  app.get(path, OPEN, async (request, reply) => {
    const origin = requestedOrigin(context, request)
    // Whatever query is sent along changes nothing.
    const name = { variant: 'home', host: origin.slice(8), path }
    const answer = await answers.get(name, async () => readyAnswer(await make(origin)))
    return sendFound(request, reply, answer)
  })
}

/** @see RFC 6415 appendix A: the same as host-meta, for those who read JSON */
function hostMetaJson(origin: string): object {
  const template = `${origin}/.well-known/webfinger?resource={uri}`
  return { links: [{ rel: 'lrdd', type: JRD_JSON, template }] }
}

async function nodeInfo({ db, home: facts }: HttpContext, version: NodeInfoVersion): Promise<AnswerParts> {
  const counts = await countActiveIdentities(db)
  const { title, description } = await readHomeTexts(db)
  const document = nodeInfoDocument(version, {
    softwareVersion: VERSION,
    ...counts,
    nodeName: title || (facts.primaryDomain()?.domain ?? ''),
    nodeDescription: description,
  })
  return home(nodeInfoMediaType(version), document)
}

async function webfinger(
  { context, answers }: Surface,
  request: FastifyRequest,
): Promise<ReadyAnswer | null> {
  const { resource } = request.query as { readonly resource?: unknown }
  const parsed = parseWebfingerResource(resource)
  if (parsed === null) {
    throw new HomebirdError('BAD_REQUEST', `no resource ${JSON.stringify(resource ?? null).slice(0, 200)}`, {
      safe: 'A resource such as acct:name@domain is needed.',
    })
  }
  // The host that was asked changes nothing, and neither do other parameters.
  const name = { variant: 'webfinger', host: '', path: `/${String(resource)}` }
  return answers.get(name, async () => {
    const actor = await findOwn(context, parsed)
    if (actor === undefined) return null
    const document = webfingerDocument({
      username: actor.username,
      handleDomain: actor.handle_domain,
      actorUri: actor.uri,
      pageUrl: actor.page_url,
      subscribeTemplate: actor.is_instance_actor ? null : subscribeTemplate(originOfHost(actor.host)),
    })
    return readyAnswer({ contentType: JRD_JSON, tags: [`actor:${actor.id}`, 'home'], document })
  })
}

async function findOwn(
  { db, home: facts }: HttpContext,
  resource: WebfingerResource,
): Promise<Actor | undefined> {
  const actor = resource.kind === 'uri' ? await findByAddress(db, resource.uri) : await findByHandle()
  return actor?.is_local === true && actor.gone_at === null ? actor : undefined

  /** A handle may be asked for with the domain that it shows and with the host that serves it. */
  async function findByHandle(): Promise<Actor | undefined> {
    if (resource.kind !== 'acct') return undefined
    const { username, host } = resource
    const domains = facts.domains().filter((domain) => domain.domain === host || domain.service_host === host)
    for (const { domain } of domains) {
      const found = await findActorByHandle(db, username, domain)
      if (found?.is_local === true) return found
    }
    return undefined
  }
}

async function findByAddress(db: HttpContext['db'], uri: string): Promise<Actor | undefined> {
  const byUri = await findActorByUri(db, uri)
  if (byUri !== undefined) return byUri
  // The page of an identity that was taken over had a slash at its end.
  const found = await findByPageUrl(db, uri.replace(/\/$/, ''))
  return found?.kind === 'actor' ? found.actor : undefined
}
