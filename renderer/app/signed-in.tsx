/** The window of the owner: its columns, its pages, the live line under them. */
import { useEffect, useEffectEvent, useLayoutEffect } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { UndoBar } from '../components/undo-bar.tsx'
import { FloatingHold } from '../features/composer/hold-bar.tsx'
import { Composer } from '../features/composer/composer.tsx'
import { SearchField } from '../features/search/search-field.tsx'
import { THREE_COLUMNS, useMediaQuery } from '../hooks/use-media-query.ts'
import { useServices } from '../hooks/use-services.ts'
import { useWriting } from '../hooks/use-writing.ts'
import { useText } from '../hooks/use-text.ts'
import { WindowActsContext } from '../hooks/use-window-acts.ts'
import styles from './app.module.css'
import { Asked } from './asked.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { Navigation } from './navigation.tsx'
import { Pages } from './pages.tsx'
import { PostSheets } from './post-sheets.tsx'
import { Palette } from './palette.tsx'
import { useLiveWindow } from './use-live-window.ts'
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
  useTopOfPage(path)
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
          <Pages />
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

/** Pages begin at their top; those that find their own place again do so afterwards. */
function useTopOfPage(path: string): void {
  useLayoutEffect(() => {
    if (path !== ROUTES.home) window.scrollTo(0, 0)
  }, [path])
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
