/** Entry of the window: takes the key out of the address, loads the words, makes the services, draws. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './styles/tokens.css'
import './styles/base.css'
import { IDENTITY_PARAMETER } from '../server/contracts/owner-api.ts'
import { actingAs } from './api/acting-as.ts'
import { isPassing, toFailure } from './api/failure.ts'
import { App } from './app/app.tsx'
import { applyAppearance } from './app/appearance.ts'
import { ROUTES } from './app/routes.ts'
import { Spoken } from './app/spoken.tsx'
import { readyAnswers } from './early.ts'
import { followColumns } from './hooks/use-columns.ts'
import { ownAccountQuery } from './hooks/use-facts.ts'
import { ServicesContext } from './hooks/use-services.ts'
import { wantedLocale } from './i18n/wanted-locale.ts'
import { openWords } from './i18n/words.ts'
import { browserStorage } from './stores/browser-storage.ts'
import { findDesktopBridge } from './stores/desktop-shell.ts'
import { firstSight } from './stores/first-sight.ts'
import { chooseIdentity, chosenIdentity } from './stores/identity.ts'
import { openIdbKeeper } from './stores/idb-keeper.ts'
import { type Services, createServices } from './stores/services.ts'
import { keyFromFragment } from './stores/session.ts'
import { isSetUpUnfinished } from './stores/set-up-answers.ts'

const HOME_PATHS: ReadonlySet<string> = new Set(['/', ROUTES.home])

/** The key is worth a session: it does not stay in the address, the history or a bookmark. */
function takeStartKey(): string | null {
  const key = keyFromFragment(window.location.hash)
  if (key !== null) window.history.replaceState(null, '', window.location.pathname)
  return key
}

/** A window that the desktop app shows from disk has no server to open a socket to. */
function socketOpener({ protocol, origin }: Location, identityId: string | null): (() => WebSocket) | null {
  if (!protocol.startsWith('http') || findDesktopBridge(window) !== null) return null
  const as = identityId === null ? '' : `?${IDENTITY_PARAMETER}=${identityId}`
  return () => new WebSocket(`${origin.replace(/^http/, 'ws')}/api/v1/streaming${as}`)
}

/** The window is dressed before it is drawn, and anew whenever the owner changes their mind. */
function followPreferences({ preferences }: Services): void {
  const dress = (): void => applyAppearance(document.documentElement, preferences.get())
  dress()
  preferences.subscribe(dress)
}

/** What a session begins with is asked for before the window is drawn for it, the posts first. */
function followSession(
  { session, preferences, homeStart, storage, api }: Services,
  queries: QueryClient,
): void {
  let wasSignedIn = false
  session.view.subscribe(() => {
    const isSignedIn = session.view.get().phase === 'signed_in'
    if (isSignedIn && !wasSignedIn) {
      // Whoever sets the home up sees it later, with those whom they follow until then.
      if (!isSetUpUnfinished(storage)) void homeStart.begin()
      void preferences.load()
      void queries.prefetchQuery(ownAccountQuery(api))
    } else if (!isSignedIn && wasSignedIn) homeStart.forget()
    wasSignedIn = isSignedIn
  })
}

/** The address of a new start, opened in the tab that shows the window already, changes its fragment and loads nothing. */
function followStartKeys({ session }: Services): void {
  window.addEventListener('hashchange', () => {
    const key = takeStartKey()
    if (key !== null) void session.open(key)
  })
}

/** Under this nobody misses a line that says that something is on its way. */
const UNSAID_MS = 1_000

async function seen({ session, timeline, storage }: Services): Promise<void> {
  const isHome = HOME_PATHS.has(window.location.pathname) && !isSetUpUnfinished(storage)
  return firstSight({ session, timeline, isHome, mostMs: UNSAID_MS })
}

async function main(): Promise<void> {
  const startKey = takeStartKey()
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => count < 2 && isPassing(toFailure(error)), networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  const storage = browserStorage()
  const identityId = chosenIdentity(storage)
  const services = createServices({
    fetch: actingAs(window.fetch.bind(window), identityId, () => {
      chooseIdentity(storage, null)
      window.location.reload()
    }),
    readyAnswers,
    storage,
    identityId,
    homeKeeper: openIdbKeeper(identityId),
    openSocket: socketOpener(window.location, identityId),
    newKey: () => crypto.randomUUID(),
    onBack: () => void queries.invalidateQueries(),
  })
  followPreferences(services)
  followColumns(document)
  followStartKeys(services)
  followSession(services, queries)
  // Who sits here is asked while the words come.
  void services.session.open(startKey)
  const [text] = await Promise.all([openWords(wantedLocale(services.preferences.get())), seen(services)])
  const root = document.querySelector('#window')
  if (root === null) throw new Error('index.html has no #window')
  createRoot(root).render(
    <StrictMode>
      <ServicesContext value={services}>
        <Spoken first={text}>
          <QueryClientProvider client={queries}>
            <App />
          </QueryClientProvider>
        </Spoken>
      </ServicesContext>
    </StrictMode>,
  )
}

void main()
