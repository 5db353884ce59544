/**
 * The start of the window: one question for all that its first page needs, each part as its own route answers it. Whoever
 * is not signed in there is told so and nothing else: an app too, whose token may cover none of it. On the private listener
 * only.
 * @see security rule 72
 */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  type KeptPlace,
  type ReadyAnswer,
  type WindowStart,
  isMarkerMoved,
} from '../../contracts/owner-api.ts'
import type { Markers } from '../../contracts/notification.ts'
import { isRowId } from '../../core/id.ts'
import { readPreferences } from '../../domain/owner/preferences.ts'
import { listHomeTimeline } from '../../domain/timelines/list-home.ts'
import { findMarkers } from '../../domain/timelines/markers.ts'
import { readState } from '../owner/session-routes.ts'
import { OPEN, isOfWindow, viewerIdOf } from './access.ts'
import type { Api, ApiApp } from './api.ts'
import { sendCredentials } from './credential-routes.ts'
import { STATUS_PAGE, pageLinks, pageRequest } from './pages.ts'
import { homeStatuses } from './timeline-routes.ts'

const Id = Type.Optional(Type.String({ maxLength: 40 }))
/** What the browser kept: where it was, and the marker of that moment. */
const PlaceQuery = Type.Object({ place: Id, marker: Id })

export function startRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get(
      '/start',
      { ...OPEN, schema: { querystring: PlaceQuery } },
      async (request, reply): Promise<WindowStart> => {
        const { place, marker = null } = request.query
        const kept = place !== undefined && isRowId(place) ? { id: place, marker } : null
        const actorId = isOfWindow(request) ? viewerIdOf(request) : null
        const [state, reading] = await Promise.all([
          readState(api.context, request, reply),
          actorId === null ? [] : readingOf(api, request, actorId, kept),
        ])
        return { answers: [ready('/api/homebird/v1/state', state), ...reading] }
      },
    )
  }
}

const ready = (address: string, body: unknown, link: string | null = null): ReadyAnswer => ({
  address,
  link,
  body,
})

async function readingOf(
  api: Api,
  request: FastifyRequest,
  actorId: string,
  kept: KeptPlace | null,
): Promise<ReadyAnswer[]> {
  const { db } = api.context
  const markers = findMarkers(db, actorId, ['home'])
  const [preferences, account, marked, timeline] = await Promise.all([
    readPreferences(db),
    sendCredentials(api, request),
    markers,
    markers.then(async (found) => timelineAt(api, request, actorId, topOf(found, kept))),
  ])
  return [
    ready('/api/homebird/v1/preferences', preferences),
    ready('/api/v1/markers?timeline%5B%5D=home', marked),
    ready('/api/v1/accounts/verify_credentials', account),
    timeline,
  ]
}

/** The post at which the window will begin; null: the newest. */
function topOf({ home }: Markers, kept: KeptPlace | null): string | null {
  const marker = home?.last_read_id ?? null
  return kept === null || isMarkerMoved(marker, kept) ? marker : kept.id
}

async function timelineAt(
  api: Api,
  request: FastifyRequest,
  actorId: string,
  top: string | null,
): Promise<ReadyAnswer> {
  // Ids are in the order of time: the next one is the bound below which the post itself is found.
  const bound = top === null ? {} : { max_id: (BigInt(top) + 1n).toString() }
  const query = { ...bound, limit: STATUS_PAGE.most }
  const address = `/api/v1/timelines/home?${new URLSearchParams({ ...bound, limit: String(query.limit) })}`
  const page = await listHomeTimeline(api.context.db, actorId, pageRequest(query, STATUS_PAGE))
  return ready(address, await homeStatuses(api, request, page.items), pageLinks('', address, page))
}
