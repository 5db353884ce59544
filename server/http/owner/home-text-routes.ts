/** What the owner says about the home, read and changed. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { HomeTextsFacts } from '../../contracts/home-texts.ts'
import { inTransaction } from '../../db/transaction.ts'
import { HOME_TEXT_LIMITS, editHomeTexts, pageHtml, readHomeTexts } from '../../domain/owner/home-texts.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

const TextsForm = Type.Object({
  title: text(HOME_TEXT_LIMITS.title),
  description: text(HOME_TEXT_LIMITS.description),
  about: text(HOME_TEXT_LIMITS.page),
  privacyPolicy: text(HOME_TEXT_LIMITS.page),
  termsOfService: text(HOME_TEXT_LIMITS.page),
  contactEmail: text(HOME_TEXT_LIMITS.email),
  showsPeers: Type.Optional(Type.Boolean()),
  showsDomainBlocks: Type.Optional(Type.Boolean()),
})

const PreviewForm = Type.Object({ text: Type.String({ maxLength: HOME_TEXT_LIMITS.page }) })

export function homeTextRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const facts = async (): Promise<HomeTextsFacts> => {
    const { changedAt, ...texts } = await readHomeTexts(db)
    return { ...texts, changedAt: changedAt?.toISOString() ?? null }
  }
  return async (app) => {
    app.get('/texts', OWNER, facts)
    app.post<{ Body: Static<typeof PreviewForm> }>(
      '/texts/preview',
      { ...OWNER, schema: { body: PreviewForm } },
      async (request) => ({ html: pageHtml(request.body.text) }),
    )
    app.patch<{ Body: Static<typeof TextsForm> }>(
      '/texts',
      { ...OWNER, schema: { body: TextsForm } },
      async (request) => {
        await inTransaction(db, async (tx) => editHomeTexts(tx, request.body, clock.now()))
        return facts()
      },
    )
  }
}
