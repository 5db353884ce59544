/** Blocked domains, as apps know them: those of an identity, which here are those of the home. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { blockDomain, listOwnHosts, unblockDomain } from '../../domain/blocks/domain-blocks.ts'
import { parseBlockedDomain } from '../../domain/blocks/domain-name.ts'
import { listDomainBlocks } from '../../domain/blocks/list-domain-blocks.ts'
import { forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { clampLimit, originOf } from './pages.ts'

/** Names are cursors here, since domains have no ids. */
const PAGE = { usual: 40, most: 80 }
const Name = Type.Optional(Type.String({ maxLength: 300 }))
const ListQuery = Type.Object({ limit: Type.Optional(Type.Integer()), max_id: Name })
const DomainMembers = Type.Object({ domain: Name })

export function domainBlockRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  const wanted = async (request: FastifyRequest): Promise<string> => {
    const inBody = (request.body as { readonly domain?: string } | undefined)?.domain
    const named = inBody ?? (request.query as { readonly domain?: string }).domain
    if (named === undefined) {
      throw new HomebirdError('UNPROCESSABLE', 'no domain was named', {
        safe: 'Validation failed: domain is missing',
      })
    }
    return parseBlockedDomain(named, await listOwnHosts(db))
  }
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const reading = { ...forUser('read:blocks'), schema: { querystring: ListQuery } }
    app.get('/domain_blocks', reading, async (request, reply) => {
      const limit = clampLimit(request.query.limit, PAGE)
      const blocks = await listDomainBlocks(db, request.query.max_id ?? '', limit)
      const last = blocks.at(-1)
      if (last !== undefined && blocks.length === limit) {
        const query = new URLSearchParams({ limit: String(limit), max_id: last.domain })
        void reply.header(
          'link',
          `<${originOf(api, request)}/api/v1/domain_blocks?${query.toString()}>; rel="next"`,
        )
      }
      return blocks.map(({ domain }) => domain)
    })
    const writing = {
      ...forUser('write:blocks'),
      schema: { body: DomainMembers, querystring: DomainMembers },
    }
    app.post('/domain_blocks', writing, async (request) => {
      const domain = await wanted(request)
      await inTransaction(db, async (tx) => blockDomain(tx, { domain, comment: '', now: api.now() }))
      return {}
    })
    app.delete('/domain_blocks', writing, async (request) => {
      const domain = await wanted(request)
      await inTransaction(db, async (tx) => unblockDomain(tx, { domain, comment: '', now: api.now() }))
      return {}
    })
  }
}
