/** Markers: how far an identity has read, the same for all its apps. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Marker } from '../../contracts/notification.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type MarkedTimeline, findMarkers, setMarker } from '../../domain/timelines/markers.ts'
import { actorIdOf, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'

const TIMELINES: readonly MarkedTimeline[] = ['home', 'notifications']
const Names = Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })
const Position = Type.Optional(Type.Object({ last_read_id: Type.Optional(Type.String({ maxLength: 40 })) }))

export function markerRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const querystring = Type.Object({ timeline: Type.Optional(Names) })
    app.get('/markers', { ...forUser('read:statuses'), schema: { querystring } }, async (request) => {
      const { timeline: names = [] } = request.query
      return findMarkers(
        db,
        actorIdOf(request),
        TIMELINES.filter((timeline) => names.includes(timeline)),
      )
    })
    const body = Type.Object({ home: Position, notifications: Position })
    app.post('/markers', { ...forUser('write:statuses'), schema: { body } }, async (request) =>
      inTransaction(db, async (tx) => {
        const markers: Partial<Record<MarkedTimeline, Marker>> = {}
        for (const timeline of TIMELINES) {
          const id = request.body[timeline]?.last_read_id
          if (id === undefined) continue
          if (!isRowId(id)) throw new HomebirdError('UNPROCESSABLE', `${id} is no id`)
          markers[timeline] = await setMarker(tx, actorIdOf(request), timeline, id)
        }
        return markers
      }),
    )
  }
}
