/** Blocked and allowed domains in the owner's hands, with a look at what would be lost before it is. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { BlockLoss, DomainWords, EndedFollows } from '../../contracts/moderation.ts'
import { inTransaction } from '../../db/transaction.ts'
import { listHeldEntries } from '../../domain/blocks/apply-block-lists.ts'
import {
  type DomainWord,
  allowDomain,
  blockDomain,
  disallowDomain,
  listOwnHosts,
  unblockDomain,
} from '../../domain/blocks/domain-blocks.ts'
import { parseBlockedDomain } from '../../domain/blocks/domain-name.ts'
import { listDomainAllows, listDomainBlocks } from '../../domain/blocks/list-domain-blocks.ts'
import { previewBlocks } from '../../domain/blocks/preview-blocks.ts'
import { startPurge } from '../../domain/peers/purge-peer.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const PAGE = 200
const MOST_HELD = 500

const Name = Type.String({ minLength: 1, maxLength: 300 })
const WordForm = Type.Object({
  domain: Name,
  comment: Type.Optional(Type.String({ maxLength: 2_000 })),
})
const DomainParams = Type.Object({ domain: Name })
const ListQuery = Type.Object({ after: Type.Optional(Type.String({ maxLength: 300 })) })

type WordBody = { Body: Static<typeof WordForm> }
type DomainPath = { Params: Static<typeof DomainParams> }

export function domainRoutes(context: HttpContext): FastifyPluginAsync {
  const { db } = context
  const word = async (domain: string, comment = ''): Promise<DomainWord> => ({
    domain: parseBlockedDomain(domain, await listOwnHosts(db)),
    comment: comment.trim(),
    now: context.clock.now(),
  })
  const written = { ...OWNER, schema: { body: WordForm } }
  const named = { ...OWNER, schema: { params: DomainParams } }
  return async (app) => {
    app.get<{ Querystring: Static<typeof ListQuery> }>(
      '/domain-blocks',
      { ...OWNER, schema: { querystring: ListQuery } },
      async (request) => readWords(context, request.query.after ?? ''),
    )
    app.post<WordBody>('/domain-blocks/preview', written, async (request): Promise<BlockLoss> => {
      const { domain } = await word(request.body.domain)
      return previewBlocks(db, [domain])
    })
    app.post<WordBody>('/domain-blocks', written, async (request): Promise<EndedFollows> => {
      const said = await word(request.body.domain, request.body.comment)
      return inTransaction(db, async (tx) => blockDomain(tx, said))
    })
    app.delete<DomainPath>('/domain-blocks/:domain', named, async (request): Promise<object> => {
      const said = await word(request.params.domain)
      await inTransaction(db, async (tx) => unblockDomain(tx, said))
      return {}
    })
    app.post<DomainPath>(
      '/domain-blocks/:domain/purge',
      named,
      async (request): Promise<{ readonly servers: number }> => {
        const { domain } = await word(request.params.domain)
        return { servers: await inTransaction(db, async (tx) => startPurge(tx, domain)) }
      },
    )
    app.post<WordBody>('/domain-allows', written, async (request): Promise<object> => {
      const said = await word(request.body.domain, request.body.comment)
      await inTransaction(db, async (tx) => allowDomain(tx, said))
      return {}
    })
    app.delete<DomainPath>('/domain-allows/:domain', named, async (request): Promise<EndedFollows> => {
      const { domain } = await word(request.params.domain)
      return inTransaction(db, async (tx) => disallowDomain(tx, domain))
    })
  }
}

async function readWords({ db }: HttpContext, after: string): Promise<DomainWords> {
  const [blocks, allows, held] = await Promise.all([
    listDomainBlocks(db, after, PAGE),
    listDomainAllows(db, after, PAGE),
    listHeldEntries(db, MOST_HELD),
  ])
  return {
    blocks: blocks.map(({ domain, comment, created_at: createdAt, is_own: isOwn, lists }) => ({
      domain,
      comment,
      createdAt: createdAt.toISOString(),
      isOwn,
      lists,
    })),
    allows: allows.map(({ domain, comment, created_at: createdAt }) => ({
      domain,
      comment,
      createdAt: createdAt.toISOString(),
    })),
    held,
  }
}
