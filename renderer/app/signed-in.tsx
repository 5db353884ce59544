/** The window of the owner: its columns, its pages, the live line under them. */
import { useEffect, useEffectEvent } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { UndoBar } from '../components/undo-bar.tsx'
import { FloatingHold } from '../features/composer/hold-bar.tsx'
import { Composer } from '../features/composer/composer.tsx'
import { SearchField } from '../features/search/search-field.tsx'
import { useOwnAccount } from '../hooks/use-facts.ts'
import { THREE_COLUMNS, useMediaQuery } from '../hooks/use-media-query.ts'
import { useServices } from '../hooks/use-services.ts'
import { useWriting } from '../hooks/use-writing.ts'
import { useText } from '../hooks/use-text.ts'
import { WindowActsContext } from '../hooks/use-window-acts.ts'
import { type Services, forgetSession } from '../stores/services.ts'
import styles from './app.module.css'
import { Asked } from './asked.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { Navigation } from './navigation.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { usePageTurn } from './page-turn.ts'
import { Pages } from './pages.tsx'
import { PostSheets } from './post-sheets.tsx'
import { Palette } from './palette.tsx'
import { watchPresence } from './presence.ts'
import { startWorker } from './worker.ts'
import { ROUTES, searchPath } from './routes.ts'

export function SignedIn() {
  const t = useText()
  useLiveWindow()
  const isWide = useMediaQuery(THREE_COLUMNS)
  const [path, navigate] = useLocation()
  const [parameters] = useSearchParams()
  const words = path === ROUTES.search ? (parameters.get('q') ?? '') : ''
  const find = (wanted: string): void => navigate(searchPath(wanted))
  const acts = { reply: useReply(), find, isWide }
  usePageTurn()
  useWorker(navigate)
  return (
    <WindowActsContext value={acts}>
      <div className={styles.window}>
        <a className="skip-link" href="#main">
          {t('app.skip')}
        </a>
        <Navigation isWide={isWide} />
        <main id="main" tabIndex={-1} className={styles.main}>
          <ConnectionBar />
          <PageBoundary key={path}>
            <Pages />
          </PageBoundary>
        </main>
        {isWide ? (
          <aside className={styles.side} aria-label={t('app.side')}>
            <SearchField words={words} autoFocus={path === ROUTES.search && words === ''} onSearch={find} />
            <h2 className={styles.sideTitle}>{t('composer.title')}</h2>
            <Composer autoFocus={path === ROUTES.write} onPosted={showIfNear} />
          </aside>
        ) : null}
        <PostSheets />
        {isWide || path === ROUTES.write ? null : <FloatingHold />}
        <UndoBar />
        <Asked />
        <Palette />
      </div>
    </WindowActsContext>
  )
}

/** Once there is something to keep: who is not signed in has no window yet. */
function useWorker(navigate: (path: string) => void): void {
  const open = useEffectEvent(navigate)
  useEffect(() => startWorker((path) => open(path)), [])
}

/** Whoever writes while reading the newest sees it arrive; whoever reads further below stays there. */
function showIfNear(): void {
  if (window.scrollY < window.innerHeight / 2) requestAnimationFrame(() => window.scrollTo(0, 0))
}

/** Begins a reply: beside the posts where there is room, on its own page where not. */
function useReply(): (postId: string) => void {
  const { posts } = useServices()
  const writing = useWriting()
  return (postId) => {
    const post = posts.get(postId)
    // Without an answer the bar says that the home is away.
    if (post !== undefined) writing.reply(post).catch(() => undefined)
  }
}

/** Brings drafts and held posts from the home and keeps what is written there, until the window is left. */
function keepDrafts({ keeper, outgoing }: Services): () => void {
  const open = async (): Promise<void> => {
    for (const kept of await keeper.open()) outgoing.adopt(kept)
  }
  // Without an answer the bar says that the home is away; what is written stays in this browser.
  open().catch(() => undefined)
  const leave = (): void => keeper.leave()
  window.addEventListener('pagehide', leave)
  return () => window.removeEventListener('pagehide', leave)
}

/** Opens the timeline at the reading place and the live line, and closes both with the session. */
function useLiveWindow(): void {
  const services = useServices()
  const { data: own } = useOwnAccount()
  useEffect(() => {
    let isOver = false
    const start = async (): Promise<void> => {
      const place = await services.readingPlace.find()
      if (isOver) return
      services.newestSeen.set(null)
      await services.timeline.start(place)
      if (!isOver) services.live.open()
    }
    void start()
    const stopWatching = watchPresence(services)
    const stopKeeping = keepDrafts(services)
    return () => {
      isOver = true
      stopWatching()
      stopKeeping()
      forgetSession(services)
    }
  }, [services])
  useEffect(() => {
    if (own !== undefined) services.drafts.setDefaultVisibility(own.source.privacy)
  }, [services, own])
}
