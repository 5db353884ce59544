/** Blocked domains, as apps know them: those of an identity, which here are those of the home. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { blockDomain, listOwnHosts, unblockDomain } from '../../domain/blocks/domain-blocks.ts'
import { parseBlockedDomain } from '../../domain/blocks/domain-name.ts'
import { listBlockedDomains } from '../../domain/blocks/list-domain-blocks.ts'
import { forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { ACCOUNT_PAGE, PageQuery, linkPage, pageRequest } from './pages.ts'

const Name = Type.Optional(Type.String({ maxLength: 300 }))
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
    const reading = { ...forUser('read:blocks'), schema: { querystring: PageQuery } }
    app.get('/domain_blocks', reading, async (request, reply) => {
      const page = await listBlockedDomains(db, pageRequest(request.query, ACCOUNT_PAGE))
      linkPage(api, request, reply, page)
      return page.items
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
