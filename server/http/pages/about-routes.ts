/** The front page, what the owner says about the home, and where wishes of visitors of other servers arrive. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { INTERACTION_PATH } from '../../activitypub/webfinger.ts'
import type { HomeTexts } from '../../contracts/home-texts.ts'
import { SOURCE_URL, VERSION } from '../../core/version.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { pageHtml, readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import { requestedOrigin } from '../federation/surface.ts'
import { FOR_ONE, PAGE, type PageDesk } from './desk.ts'
import { interactionPage } from './interaction.ts'
import type { Page } from './layout.ts'
import { type Html, markup, sanitised } from '../../domain/text/markup.ts'
import { sheetPage } from './message-page.ts'
import { type WhoScope, whoLink } from './parts/who.ts'
import { homePage } from './people-page.ts'
import { type ReadyPage, hostTags, sendReadyPage } from './ready-page.ts'
import { showFirstPage } from './profile-routes.ts'
import { hostOf, scopeOf } from './view.ts'
import { WORDS } from './words.ts'

/** Where other servers of this kind have them. */
const FORMER = [
  ['/pages/privacy', '/privacy-policy'],
  ['/pages/terms', '/terms-of-service'],
  ['/pages/rules', '/about'],
  ['/pages/issues', '/about'],
] as const

export function aboutRoutes(app: FastifyInstance, desk: PageDesk): void {
  app.get('/', PAGE, async (request, reply) =>
    sendReadyPage(desk, request, reply, async () => frontPage(desk, request)),
  )
  textRoutes(app, desk)
  for (const [path, target] of FORMER) {
    for (const spelling of [path, `${path}/`]) {
      app.get(spelling, PAGE, async (_request, reply) => reply.redirect(target, 301))
    }
  }
  app.get<{ Querystring: { uri?: unknown } }>(INTERACTION_PATH, FOR_ONE, async (request, reply) =>
    desk.send(reply, interactionPage(request.query.uri)),
  )
}

/** Of the one who lives at this host; where several do, those who want to be found. */
async function frontPage({ source }: PageDesk, request: FastifyRequest): Promise<ReadyPage> {
  const { api } = source
  const { db } = api.context
  const origin = requestedOrigin(api.context, request)
  const here = (await listIdentities(db)).filter(
    ({ page_url: url }) => url?.startsWith(`${origin}/@`) === true,
  )
  const found = here.filter(({ is_discoverable: isFound }) => isFound)
  const [only, ...others] = found
  if (only !== undefined && others.length === 0) {
    const host = await hostOf(source, origin, only)
    return { page: await showFirstPage(source, host), tags: hostTags(host) }
  }
  const ids = found.map(({ id }) => id)
  const page = homePage({
    ...(await source.frame()),
    description: spokenTexts(await readHomeTexts(db)).description,
    scope: scopeOf(api, origin),
    accounts: await accountsFromIds(db, api.scopeFor(null), ids),
  })
  return { page, tags: ids.map((id) => `actor:${id}` as const) }
}

function textRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { api } = desk.source
  const { db } = api.context
  const { about } = WORDS
  app.get('/about', PAGE, async (request, reply) => {
    const scope = scopeOf(api, requestedOrigin(api.context, request))
    return sendReadyPage(desk, request, reply, async () => {
      const texts = await readHomeTexts(db)
      const more = markup`${await contactOf(desk, scope, texts)}${SOFTWARE}`
      return { page: textPage(about.title, spokenTexts(texts).about, more), tags: [] }
    })
  })
  const texts = [
    ['/privacy-policy', about.privacy, 'privacyPolicy'],
    ['/terms-of-service', about.terms, 'termsOfService'],
  ] as const
  for (const [path, title, name] of texts) {
    app.get(path, PAGE, async (request, reply) =>
      sendReadyPage(desk, request, reply, async () => {
        const spoken = spokenTexts(await readHomeTexts(db))
        return { page: textPage(title, spoken[name]), tags: [] }
      }),
    )
  }
}

function textPage(title: string, text: string, more: Html | false = false): Page {
  const page = sheetPage(
    title,
    markup`<div class="prose" dir="auto">${sanitised(pageHtml(text))}</div>${more}`,
  )
  return { ...page, head: { ...page.head, isIndexable: true } }
}

/** The oldest identity speaks for the home, if it wants to be found. */
async function contactOf(
  { source }: PageDesk,
  scope: WhoScope,
  { contactEmail }: HomeTexts,
): Promise<Html | false> {
  const { api } = source
  const [oldest] = await listIdentities(api.context.db)
  const ids = oldest?.is_discoverable === true ? [oldest.id] : []
  const [account] = await accountsFromIds(api.context.db, api.scopeFor(null), ids)
  if (account === undefined && contactEmail === '') return false
  return markup`<h2>${WORDS.about.contact}</h2>${account !== undefined && whoLink(scope, account)}${contactEmail !== '' && markup`<p><a href="mailto:${contactEmail}">${contactEmail}</a></p>`}`
}

const SOFTWARE = markup`<h2>${WORDS.about.software}</h2><p>${WORDS.about.runs} ${WORDS.software}, ${WORDS.about.version(VERSION)} <a href="${SOURCE_URL}" rel="noopener noreferrer">${WORDS.about.source}</a></p>`
