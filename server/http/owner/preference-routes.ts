/** What the owner prefers, read and changed. */
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import { inTransaction } from '../../db/transaction.ts'
import { editPreferences, readPreferences } from '../../domain/owner/preferences.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

/** Values are looked at by name, where each preference says what it may be; without a type of its own nothing is dropped. */
const EditForm = Type.Unsafe<Readonly<Record<string, unknown>>>({
  allOf: [{ type: 'object', maxProperties: 100 }],
})

export function preferenceRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  return async (app) => {
    app.get('/preferences', OWNER, async () => readPreferences(db))
    app.patch<{ Body: Readonly<Record<string, unknown>> }>(
      '/preferences',
      { ...OWNER, schema: { body: EditForm } },
      async (request) => {
        await inTransaction(db, async (tx) => editPreferences(tx, request.body, clock.now()))
        return readPreferences(db)
      },
    )
  }
}
