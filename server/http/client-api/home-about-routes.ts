/** What the home tells of itself beyond what it can do: the owner's texts, figures, peers, blocked domains, languages. */
import { createHash } from 'node:crypto'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { InstanceDomainBlock } from '../../contracts/instance.ts'
import { HomebirdError } from '../../core/errors.ts'
import { keepValue } from '../../core/kept-value.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { listAllDomainBlocks } from '../../domain/blocks/list-domain-blocks.ts'
import { listPeerHosts, listWeeklyActivity } from '../../domain/owner/home-counts.ts'
import { pageHtml, readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import { listKnownLanguages } from '../../domain/text/known-languages.ts'
import { OPEN, forAll, isReaderOf } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { ACCOUNT_PAGE, clampLimit } from './pages.ts'

/** Strangers may ask as often as they like: what is counted over the whole home is counted this often. */
const KEEP_MS = 300_000

export function homeAboutRoutes(api: Api): FastifyPluginAsync {
  const { db, clock } = api.context
  const peers = keepValue(clock, KEEP_MS, async () => listPeerHosts(db))
  const activity = keepValue(clock, KEEP_MS, async () => listWeeklyActivity(db))
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/v1/instance/peers', OPEN, async (request) => {
      const { showsPeers } = await readHomeTexts(db)
      if (showsPeers || isReaderOf(request, 'read:accounts')) return peers()
      throw new HomebirdError('NOT_FOUND', 'the owner does not tell strangers which servers are known')
    })
    app.get('/v1/instance/activity', OPEN, async () => activity())
    app.get('/v1/instance/rules', OPEN, async () => [])
    app.get('/v1/instance/languages', OPEN, async () => listKnownLanguages())
    textRoutes(app, api)
    domainBlocks(app, api)
    directory(app, api)
  }
}

function textRoutes(app: ApiApp, api: Api): void {
  const read = async () => {
    const texts = await readHomeTexts(api.context.db)
    const [identity] = await listIdentities(api.context.db)
    const since = texts.changedAt ?? identity?.created_at ?? api.now()
    return { ...spokenTexts(texts), since: since.toISOString() }
  }
  app.get('/v1/instance/extended_description', OPEN, async () => {
    const { about, since } = await read()
    return { updated_at: since, content: pageHtml(about) }
  })
  app.get('/v1/instance/privacy_policy', OPEN, async () => {
    const { privacyPolicy, since } = await read()
    return { updated_at: since, content: pageHtml(privacyPolicy) }
  })
  const terms = async () => {
    const { termsOfService, since } = await read()
    return {
      updated_at: since,
      effective_date: since.slice(0, 10),
      effective: true,
      content: pageHtml(termsOfService),
      succeeded_by: null,
    }
  }
  app.get('/v1/instance/terms_of_service', OPEN, terms)
  const params = Type.Object({ date: Type.String({ maxLength: 40 }) })
  app.get('/v1/instance/terms_of_service/:date', { ...OPEN, schema: { params } }, async (request) => {
    const version = await terms()
    if (version.effective_date === request.params.date) return version
    throw new HomebirdError('NOT_FOUND', `no terms are of ${request.params.date}`)
  })
}

function domainBlocks(app: ApiApp, api: Api): void {
  const { db } = api.context
  app.get('/v1/instance/domain_blocks', OPEN, async (request): Promise<InstanceDomainBlock[]> => {
    const isOwner = isReaderOf(request, 'read:blocks')
    if (!isOwner && !(await readHomeTexts(db)).showsDomainBlocks) {
      throw new HomebirdError('UNAUTHORIZED', 'the owner does not tell strangers which domains are blocked')
    }
    const blocks = await listAllDomainBlocks(db)
    return blocks.map(({ domain, comment }) => ({
      domain,
      digest: createHash('sha256').update(domain).digest('hex'),
      severity: 'suspend',
      // What the owner notes about a block is for the owner.
      comment: isOwner ? comment : '',
    }))
  })
}

const DirectoryQuery = Type.Object({
  limit: Type.Optional(Type.Integer()),
  offset: Type.Optional(Type.Integer()),
})

/** The identities that want to be found; whoever else is known here is the owner's reading. */
function directory(app: ApiApp, api: Api): void {
  const { db } = api.context
  const options = { ...forAll('read:accounts'), schema: { querystring: DirectoryQuery } }
  app.get('/v1/directory', options, async (request) => {
    const limit = clampLimit(request.query.limit, ACCOUNT_PAGE)
    const offset = Math.max(0, request.query.offset ?? 0)
    const identities = (await listIdentities(db)).filter((actor) => actor.is_discoverable)
    const page = identities.slice(offset, offset + limit)
    return accountsFromIds(
      db,
      api.scopeOf(request),
      page.map((actor) => actor.id),
    )
  })
}
