/** What the owner says about the home, at the addresses that apps are told, and where wishes of visitors arrive. */
import type { FastifyInstance } from 'fastify'
import { INTERACTION_PATH } from '../../activitypub/webfinger.ts'
import { pageHtml, readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import { FOR_ONE, PAGE, type PageDesk } from './desk.ts'
import { markup, sanitised } from './markup.ts'
import { interactionPage } from './interaction.ts'
import { sheetPage } from './message-page.ts'

export function aboutRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { db } = desk.source.api.context
  const pages = [
    ['/about', 'About this home', 'about'],
    ['/privacy-policy', 'Privacy', 'privacyPolicy'],
    ['/terms-of-service', 'Terms of service', 'termsOfService'],
  ] as const
  for (const [path, title, name] of pages) {
    app.get(path, PAGE, async (_request, reply) => {
      const texts = spokenTexts(await readHomeTexts(db))
      return desk.send(
        reply,
        sheetPage(title, markup`<div class="prose">${sanitised(pageHtml(texts[name]))}</div>`),
      )
    })
  }
  app.get<{ Querystring: { uri?: unknown } }>(INTERACTION_PATH, FOR_ONE, async (request, reply) =>
    desk.send(reply, interactionPage(request.query.uri)),
  )
}
