/**
 * What browsers and crawlers ask every site for, at addresses that nobody told them: robots.txt, sitemaps, icons, the
 * manifest of an app.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { readCrawlerRules } from '../../domain/owner/crawler-rules.ts'
import { readHomeName } from '../../domain/owner/home-name.ts'
import { readHomeTexts, spokenTexts } from '../../domain/owner/home-texts.ts'
import {
  listFoundProfiles,
  listPagesOfMonth,
  listPublishedMonths,
} from '../../domain/posts/list-published.ts'
import { requestedOrigin } from '../federation/surface.ts'
import type { HttpContext } from '../http-context.ts'
import { type AnswerParts, readyAnswer, sendReady } from '../ready/ready-answer.ts'
import { readyAnswersOf } from '../ready/ready-answers.ts'
import { robotsText } from './robots.ts'
import { HOME_SITEMAP_PATH, SITEMAP_TYPE, sitemap, sitemapIndex } from './sitemap.ts'

const OPEN = { config: { scope: 'public', answer: 'home' } } as const
const PICTURE = { config: { scope: 'public', answer: 'picture' } } as const

const ICONS = join(import.meta.dirname, '..', '..', '..', 'resources', 'icons')
const PNG = 'image/png'
/** Old telephones ask for the second name of the apple. */
const ICON_FILES = [
  ['/favicon.ico', 'favicon.ico', 'image/vnd.microsoft.icon'],
  ['/apple-touch-icon.png', 'apple-touch-icon.png', PNG],
  ['/apple-touch-icon-precomposed.png', 'apple-touch-icon.png', PNG],
  ['/icon-192.png', 'icon-192.png', PNG],
  ['/icon-512.png', 'icon-512.png', PNG],
] as const

const PAGES = ['/about', '/privacy-policy', '/terms-of-service']
const MONTH = /^(\d{4}-(?:0[1-9]|1[0-2]))\.xml$/

/** One answer for everybody who asks by this host; null where there is nothing. */
type Make = (origin: string, request: FastifyRequest) => Promise<AnswerParts | null>

export function siteRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    const answers = readyAnswersOf(context)
    const serve = (path: string, make: Make): void => {
      app.get(path, OPEN, async (request, reply) => {
        const origin = requestedOrigin(context, request)
        const [name = ''] = (request.raw.url ?? '').split('?')
        const answer = await answers.get({ variant: 'site', host: hostOf(origin), path: name }, async () => {
          const parts = await make(origin, request)
          return parts === null ? null : readyAnswer(parts)
        })
        if (answer === null) throw new HomebirdError('NOT_FOUND', `nothing at ${name.slice(0, 200)}`)
        return sendReady(request, reply, answer)
      })
    }
    serve('/robots.txt', async (origin) => robots(context, origin))
    serve('/manifest.webmanifest', async () => manifest(context))
    serveSitemaps(serve, context)
    await serveIcons(app)
  }
}

async function robots({ db, config }: HttpContext, origin: string): Promise<AnswerParts> {
  const found = await listFoundProfiles(db, hostOf(origin))
  const { deniesAiCrawlers, extraDeniedAgents } = await readCrawlerRules(db)
  const document = robotsText({
    deniesAiCrawlers,
    deniedAgents: [...config.robotsDisallow, ...extraDeniedAgents],
    sitemapUrl: found.length === 0 ? null : `${origin}/sitemap.xml`,
  })
  return { contentType: 'text/plain; charset=utf-8', tags: ['home', 'identities'], document }
}

async function manifest({ db }: HttpContext): Promise<AnswerParts> {
  const texts = await readHomeTexts(db)
  const document = {
    name: await readHomeName(db),
    description: spokenTexts(texts).description,
    id: '/',
    start_url: '/',
    // Pages for visitors: they need what a browser has around them.
    display: 'browser',
    background_color: '#fcfaf7',
    theme_color: '#fcfaf7',
    icons: [192, 512].map((side) => ({ src: `/icon-${side}.png`, sizes: `${side}x${side}`, type: PNG })),
  }
  return { contentType: 'application/manifest+json; charset=utf-8', tags: ['home', 'identities'], document }
}

/** Of those alone who want to be found by search; where nobody does, there is none. */
function serveSitemaps(serve: (path: string, make: Make) => void, { db }: HttpContext): void {
  // A crawler may hear of a new page a minute later.
  const parts = (document: string): AnswerParts => ({
    contentType: SITEMAP_TYPE,
    tags: ['home', 'identities'],
    document,
  })
  serve('/sitemap.xml', async (origin) => {
    const found = await listFoundProfiles(db, hostOf(origin))
    if (found.length === 0) return null
    return parts(sitemapIndex(origin, await listPublishedMonths(db, hostOf(origin))))
  })
  serve(HOME_SITEMAP_PATH, async (origin) => {
    const found = await listFoundProfiles(db, hostOf(origin))
    if (found.length === 0) return null
    const ours = ['/', ...PAGES].map((path) => ({ url: `${origin}${path}`, changedAt: null }))
    return parts(sitemap([...ours, ...found]))
  })
  serve('/sitemap/:username/:file', async (origin, request) => {
    const { username, file } = request.params as { readonly username: string; readonly file: string }
    const month = MONTH.exec(file)?.[1]
    if (month === undefined || !/^[a-z0-9_]{1,30}$/.test(username)) return null
    const pages = await listPagesOfMonth(db, { host: hostOf(origin), username, month })
    return pages.length === 0 ? null : parts(sitemap(pages))
  })
}

const hostOf = (origin: string): string => new URL(origin).host

async function serveIcons(app: FastifyInstance): Promise<void> {
  for (const [path, file, contentType] of ICON_FILES) {
    const answer = readyAnswer({ contentType, tags: [], document: await readFile(join(ICONS, file)) })
    app.get(path, PICTURE, async (request, reply) => sendReady(request, reply, answer))
  }
}
