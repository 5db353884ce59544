/** Entry of the window: takes the key out of the address, loads the words, makes the services, draws. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nProvider } from 'react-aria-components'
import './styles/tokens.css'
import './styles/base.css'
import { isPassing, toFailure } from './api/failure.ts'
import { App } from './app/app.tsx'
import { applyAppearance } from './app/appearance.ts'
import { ServicesContext } from './hooks/use-services.ts'
import { TextContext } from './hooks/use-text.ts'
import { chooseLocale } from './i18n/choose-locale.ts'
import { openWords } from './i18n/words.ts'
import { openIdbKeeper } from './stores/idb-keeper.ts'
import { type KeyValueStorage, memoryStorage } from './stores/key-value-storage.ts'
import { type Services, createServices } from './stores/services.ts'
import { keyFromFragment } from './stores/session.ts'

/** The key is worth a session: it does not stay in the address, the history or a bookmark. */
function takeStartKey(): string | null {
  const key = keyFromFragment(window.location.hash)
  if (key !== null) window.history.replaceState(null, '', window.location.pathname)
  return key
}

/** Browsers may forbid it. */
function browserStorage(): KeyValueStorage {
  try {
    return window.localStorage
  } catch {
    return memoryStorage()
  }
}

/** The window is dressed before it is drawn, and anew whenever the owner changes their mind. */
function followPreferences({ session, preferences }: Services): void {
  const dress = (): void => applyAppearance(document.documentElement, preferences.get())
  dress()
  preferences.subscribe(dress)
  let wasSignedIn = false
  session.view.subscribe(() => {
    const isSignedIn = session.view.get().phase === 'signed_in'
    if (isSignedIn && !wasSignedIn) void preferences.load()
    wasSignedIn = isSignedIn
  })
}

async function main(): Promise<void> {
  const startKey = takeStartKey()
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => count < 2 && isPassing(toFailure(error)), networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  const services = createServices({
    fetch: window.fetch.bind(window),
    storage: browserStorage(),
    homeKeeper: openIdbKeeper(),
    newKey: () => crypto.randomUUID(),
    onBack: () => void queries.invalidateQueries(),
  })
  followPreferences(services)
  const { locale: preferred } = services.preferences.get()
  const locale = chooseLocale(preferred === 'system' ? navigator.languages : [preferred])
  const text = await openWords(locale)
  document.documentElement.lang = locale
  document.documentElement.dir = text.direction
  void services.session.open(startKey)
  const root = document.querySelector('#window')
  if (root === null) throw new Error('index.html has no #window')
  createRoot(root).render(
    <StrictMode>
      <TextContext value={text}>
        <I18nProvider locale={locale}>
          <ServicesContext value={services}>
            <QueryClientProvider client={queries}>
              <App />
            </QueryClientProvider>
          </ServicesContext>
        </I18nProvider>
      </TextContext>
    </StrictMode>,
  )
}

void main()
