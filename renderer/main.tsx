/** Entry of the window: takes the key out of the address, loads the words, makes the services, draws. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nProvider } from 'react-aria-components'
import './styles/tokens.css'
import './styles/base.css'
import { isPassing, toFailure } from './api/failure.ts'
import { App } from './app/app.tsx'
import { ServicesContext } from './hooks/use-services.ts'
import { TextContext } from './hooks/use-text.ts'
import { chooseLocale } from './i18n/choose-locale.ts'
import { createText } from './i18n/i18n.ts'
import { loadCatalogue } from './i18n/load-catalogue.ts'
import { type KeyValueStorage, memoryStorage } from './stores/key-value-storage.ts'
import { createServices } from './stores/services.ts'
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

async function main(): Promise<void> {
  const startKey = takeStartKey()
  const locale = chooseLocale(navigator.languages)
  const text = createText(locale, await loadCatalogue(locale))
  document.documentElement.lang = locale
  document.documentElement.dir = text.direction
  const queries = new QueryClient({
    defaultOptions: {
      queries: { retry: (count, error) => count < 2 && isPassing(toFailure(error)), networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  const services = createServices({
    fetch: window.fetch.bind(window),
    storage: browserStorage(),
    newKey: () => crypto.randomUUID(),
    onBack: () => void queries.invalidateQueries(),
  })
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
