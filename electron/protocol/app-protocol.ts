/**
 * Serves `app://homebird`, the main window, and `app://start`, the start-up window: pages and files from disk, so that they work
 * while the home does not, and what is asked of the home from the home, as its owner. Whatever comes from another origin gets
 * nothing.
 * @see security rules 81, 89
 */
import { setTimeout as wait } from 'node:timers/promises'
import { WINDOW_HEADERS, WINDOW_NAMED_FILES, windowPolicy } from '../../server/contracts/window-bundle.ts'
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import type { ElectronParts } from '../electron-parts.ts'
import {
  APP_ORIGIN,
  APP_SCHEME,
  START_ORIGIN,
  isForwarded,
  isWindowPath,
  parseAppAddress,
} from './app-address.ts'
import { type BundleFile, type BundleFiles, openBundleFiles } from './bundle-files.ts'
import { answerOf, homeRequestOf, isMethod, refusal } from './forward.ts'
import type { OwnerSession } from './owner-session.ts'
import { HomeAway, isReading } from './private-line.ts'

/** As Electron hands it over: it names the origin that asks, which no page can forge. Absent where the shell itself asks. */
export type AppRequest = Request & { readonly initiatorOrigin?: string | null }

interface AppProtocolNeeds {
  readonly session: Pick<OwnerSession, 'ask'>
  /** Folder of the window's bundle. */
  readonly windowDir: string
  /** Folder of the start-up window's page. */
  readonly startDir: string
  /** Host that own media were moved to, as an origin; null where they are at home. */
  readonly mediaOrigin: () => string | null
}

/** Once, before the app is ready. No page may get around the policy, and none installs a worker that outlives it. */
export function registerAppScheme({ protocol }: Pick<ElectronParts, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ])
}

/** What a page asks for as it is left may come after the word that it is gone. */
const LAST_WORDS_MS = 150
/** A home that hangs keeps nobody from quitting. */
const LAST_ANSWERS_MS = 1_000

/** Closing waits for the changes that pages have asked for as they were left. */
export function openAppProtocol(
  { protocol }: Pick<ElectronParts, 'protocol'>,
  needs: AppProtocolNeeds,
): AsyncDisposable {
  const { session } = needs
  const changes = new Set<Promise<unknown>>()
  const answer = createAppHandler({
    ...needs,
    session: {
      ask(asked) {
        const answered = session.ask(asked)
        if (!isReading(asked.method)) {
          changes.add(answered)
          // How it went is told to who has asked.
          answered.catch(() => undefined).finally(() => changes.delete(answered))
        }
        return answered
      },
    },
  })
  protocol.handle(APP_SCHEME, answer)
  return {
    async [Symbol.asyncDispose]() {
      await wait(LAST_WORDS_MS)
      await Promise.race([Promise.allSettled(changes), wait(LAST_ANSWERS_MS)])
      protocol.unhandle(APP_SCHEME)
    },
  }
}

export function createAppHandler(needs: AppProtocolNeeds): (request: AppRequest) => Promise<Response> {
  const bundle = openBundleFiles({ folder: needs.windowDir, hashedFolder: 'assets' })
  const start = openBundleFiles({ folder: needs.startDir, hashedFolder: null })
  return async (request) => {
    const parsed = parseAppAddress(request.url)
    if (parsed === null || !isMethod(request.method)) return missing()
    const { place, url } = parsed
    if (!isAskedByOwnPage(request, place === 'start' ? START_ORIGIN : APP_ORIGIN)) return foreign()
    if (place === 'homebird' && isForwarded(url.pathname)) return forward(needs.session, request, url)
    if (!isReading(request.method)) return missing()
    if (place === 'start') return answerStart(start, request, url.pathname)
    return answerBundle(bundle, request, url.pathname, windowPolicy(needs.mediaOrigin()))
  }
}

/** The shell itself opens pages and saves files; it changes nothing by this way. */
function isAskedByOwnPage({ initiatorOrigin, method, headers }: AppRequest, own: string): boolean {
  if (initiatorOrigin === undefined) return isReading(method)
  if (initiatorOrigin !== own) return false
  // A form of a page of ours cannot set it: only its script can.
  return isReading(method) || headers.get(WINDOW_HEADER) === '1'
}

async function forward(session: Pick<OwnerSession, 'ask'>, request: AppRequest, url: URL): Promise<Response> {
  try {
    return answerOf(request.method, await session.ask(homeRequestOf(request, url)))
  } catch (error) {
    if (request.signal.aborted || !(error instanceof HomeAway)) throw error
    return refusal(503, AWAY, { 'retry-after': '5' })
  }
}

/** The window has its own words for it; this is the technical line beneath. */
const AWAY = 'The home is not running at the moment. It is asked again in a few seconds.'

async function answerBundle(
  bundle: BundleFiles,
  request: Request,
  pathname: string,
  policy: string,
): Promise<Response> {
  const isPage = isWindowPath(pathname)
  const isNamed = Object.hasOwn(WINDOW_NAMED_FILES, pathname.slice(1)) || pathname.startsWith('/assets/')
  const file = isPage ? await bundle.find('/index.html') : isNamed ? await bundle.find(pathname) : null
  if (file !== null) return fileAnswer(request, file, policy)
  return isPage ? notBuilt(policy) : missing()
}

const START_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

async function answerStart(start: BundleFiles, request: Request, pathname: string): Promise<Response> {
  const file = await start.find(pathname === '/' ? '/index.html' : pathname)
  return file === null ? missing() : fileAnswer(request, file, START_POLICY)
}

function fileAnswer(request: Request, file: BundleFile, policy: string): Response {
  const { bytes, type, etag, cacheControl } = file
  const headers = {
    ...WINDOW_HEADERS,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': cacheControl,
    etag,
    'content-type': type,
  }
  const known = request.headers.get('if-none-match') ?? ''
  if (known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)) {
    return new Response(null, { status: 304, headers })
  }
  const whole = { ...headers, 'content-length': String(bytes.length) }
  if (request.method === 'HEAD') return new Response(null, { headers: whole })
  return new Response(new Uint8Array(bytes), { headers: whole })
}

function notBuilt(policy: string): Response {
  return new Response(NOT_BUILT, {
    status: 503,
    headers: {
      ...WINDOW_HEADERS,
      'content-security-policy': policy,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    },
  })
}

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Homebird</title>
<h1>The window is not built</h1>
<p>The home runs. Its window comes from a folder that is not there: run <code>npm run build:window</code> beside
<code>package.json</code>, then open the window again. An installed Homebird whose window is missing has to be installed
anew.</p>
</html>
`

const missing = (): Response => refusal(404, 'Record not found')

const foreign = (): Response => refusal(403, 'Only pages of Homebird may ask for this.')
