/** The federation inspector: lists, single activities, replay, and documents of others as this home gets them. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { judgeDocument } from '../../activitypub/document-proof.ts'
import { RemoteDocuments } from '../../activitypub/remote-documents.ts'
import type {
  InspectorDetail,
  InspectorFetch,
  InspectorPage,
  InspectorReplay,
} from '../../contracts/inspector.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { findInspectorEntry, listInspectorEntries } from '../../domain/inspector/inspector-entries.ts'
import { replayMessage } from '../../domain/inspector/replay-message.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { scope: 'owner' } as const
/** A person who looks; nothing else asks. */
const FETCHES = { max: 60, timeWindow: 300_000 }
const ENTRIES_PER_PAGE = 40
const MOST_HEADER = 1_000

const optional = (maxLength: number) => Type.Optional(Type.String({ minLength: 1, maxLength }))

const Query = Type.Object({
  direction: Type.Optional(Type.Union([Type.Literal('inbound'), Type.Literal('outbound')])),
  host: optional(260),
  type: optional(128),
  outcome: Type.Optional(
    Type.Union([
      Type.Literal('waiting'),
      Type.Literal('done'),
      Type.Literal('dropped'),
      Type.Literal('failed'),
    ]),
  ),
  text: optional(200),
  before: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 80 })),
})
const FetchForm = Type.Object({ uri: Type.String({ minLength: 1, maxLength: 2_048 }) })

export function inspectorRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const documents = new RemoteDocuments(context)
  return async (app) => {
    app.get<{ Querystring: Static<typeof Query> }>(
      '/inspector',
      { config: OWNER, schema: { querystring: Query } },
      async ({ query }): Promise<InspectorPage> =>
        listInspectorEntries(db, {
          direction: query.direction ?? null,
          host: query.host?.toLowerCase() ?? null,
          type: query.type ?? null,
          outcome: query.outcome ?? null,
          text: query.text ?? null,
          before: query.before ?? null,
          limit: query.limit ?? ENTRIES_PER_PAGE,
        }),
    )
    app.get<{ Params: { id: string } }>(
      '/inspector/:id',
      { config: OWNER },
      async ({ params }): Promise<InspectorDetail> => {
        const entry = isRowId(params.id) ? await findInspectorEntry(db, params.id) : undefined
        if (entry === undefined) throw notFound(params.id)
        return entry
      },
    )
    app.post<{ Params: { id: string } }>(
      '/inspector/:id/replay',
      { config: OWNER },
      async ({ params }): Promise<InspectorReplay> => {
        if (!isRowId(params.id)) throw notFound(params.id)
        return inTransaction(db, async (tx) => replayMessage(tx, params.id))
      },
    )
    app.post<{ Body: Static<typeof FetchForm> }>(
      '/inspector/fetch',
      { config: { ...OWNER, rateLimit: FETCHES }, schema: { body: FetchForm } },
      async ({ body }): Promise<InspectorFetch> => {
        const startedMs = clock.monotonicMs()
        const read = await documents.read(body.uri.trim(), { isFresh: true, followAlternate: true })
        if (read.outcome === 'found') {
          const { outcome, finalUrl, document, headers = {} } = read
          const proof = await judgeDocument(db, document, clock.now())
          const ms = Math.round(clock.monotonicMs() - startedMs)
          return { outcome, finalUrl, document, headers: shownHeaders(headers), proof, ms }
        }
        return { outcome: read.outcome, reason: read.outcome === 'gone' ? 'answered 410' : read.reason }
      },
    )
  }
}

function notFound(id: string): HomebirdError {
  return new HomebirdError('NOT_FOUND', `no activity ${id.slice(0, 20)} in the inspector`)
}

/** Cookies of others are nothing to look at. */
function shownHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  return Object.entries(headers)
    .filter(([name, value]) => name !== 'set-cookie' && value !== undefined)
    .map(([name, value]) => ({ name, value: [value].flat().join(', ').slice(0, MOST_HEADER) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
