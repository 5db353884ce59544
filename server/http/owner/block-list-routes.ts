/** Subscriptions to block lists in the owner's hands, with a look at what a list would take away. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { BlockListFacts, BlockListPreview } from '../../contracts/moderation.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import {
  type ListedSubscription,
  countUnsaid,
  listSubscriptions,
  refreshList,
  subscribe,
  unsubscribe,
} from '../../domain/blocks/block-lists.ts'
import { previewBlocks } from '../../domain/blocks/preview-blocks.ts'
import { readBlockList } from '../../domain/blocks/read-block-list.ts'
import { findRemoteUrl } from '../../net/origin.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

const ListForm = Type.Object({
  url: Type.String({ minLength: 1, maxLength: 2_048 }),
  title: Type.Optional(Type.String({ maxLength: 200 })),
})
const RefreshForm = Type.Object({ mayShrink: Type.Optional(Type.Boolean()) })
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

type ListBody = { Body: Static<typeof ListForm> }
type IdPath = { Params: Static<typeof IdParams> }

export function blockListRoutes(context: HttpContext): FastifyPluginAsync {
  const { db } = context
  const written = { ...OWNER, schema: { body: ListForm } }
  return async (app) => {
    app.get('/block-lists', OWNER, async () => {
      const lists = await listSubscriptions(db)
      return { lists: lists.map(factsOf) }
    })
    app.post<ListBody>('/block-lists/preview', written, async (request) =>
      preview(context, addressOf(request.body.url)),
    )
    app.post<ListBody>('/block-lists', written, async (request) => {
      const { url, title = '' } = request.body
      const id = await inTransaction(db, async (tx) => subscribe(tx, addressOf(url), title.trim()))
      return { id }
    })
    app.post<IdPath & { Body: Static<typeof RefreshForm> }>(
      '/block-lists/:id/refresh',
      { ...OWNER, schema: { params: IdParams, body: RefreshForm } },
      async (request) => {
        const { id } = request.params
        const mayShrink = request.body.mayShrink ?? false
        if (!(await inTransaction(db, async (tx) => refreshList(tx, id, mayShrink)))) throw noList(id)
        return {}
      },
    )
    app.delete<IdPath>('/block-lists/:id', { ...OWNER, schema: { params: IdParams } }, async (request) => {
      const { id } = request.params
      if (!(await inTransaction(db, async (tx) => unsubscribe(tx, id)))) throw noList(id)
      return {}
    })
  }
}

const noList = (id: string): HomebirdError => new HomebirdError('NOT_FOUND', `there is no block list ${id}`)

/** @throws HomebirdError UNPROCESSABLE */
function addressOf(raw: string): string {
  const url = findRemoteUrl(raw.trim())
  if (url !== undefined) return url.href
  throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(raw.slice(0, 200))} is no https address`, {
    safe: 'A block list needs an address that begins with https://.',
  })
}

/** @throws HomebirdError UNPROCESSABLE for what cannot be read as a list */
async function preview({ db, fetch }: HttpContext, url: string): Promise<BlockListPreview> {
  const reading = await readBlockList(fetch, url)
  if (!reading.ok) {
    const text = `The list cannot be read: ${reading.problem}`
    throw new HomebirdError('UNPROCESSABLE', `${url}: ${reading.problem}`, { safe: text.slice(0, 500) })
  }
  const domains = reading.entries.map(({ domain }) => domain)
  const [loss, fresh] = await Promise.all([previewBlocks(db, domains), countUnsaid(db, domains)])
  return { format: reading.format, entries: domains.length, fresh, passedOver: reading.passedOver, loss }
}

function factsOf(list: ListedSubscription): BlockListFacts {
  return {
    id: list.id,
    url: list.url,
    title: list.title,
    entries: list.entries,
    blocked: list.blocked,
    passedOver: list.passed_over,
    problem: list.problem,
    goodAt: list.good_at?.toISOString() ?? null,
    triedAt: list.tried_at?.toISOString() ?? null,
    nextAt: list.state_next_attempt_at?.toISOString() ?? null,
  }
}
