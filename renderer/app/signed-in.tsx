/** The window of the owner: its columns, its pages, the live line under them. */
import { useEffect, useEffectEvent, useLayoutEffect } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { UndoBar } from '../components/undo-bar.tsx'
import { FloatingHold } from '../features/composer/hold-bar.tsx'
import { SearchField } from '../features/search/search-field.tsx'
import { useColumns } from '../hooks/use-columns.ts'
import { useServices } from '../hooks/use-services.ts'
import { useWriting } from '../hooks/use-writing.ts'
import { useText } from '../hooks/use-text.ts'
import { WindowActsContext } from '../hooks/use-window-acts.ts'
import styles from './app.module.css'
import { Asked } from './asked.tsx'
import { useColumnFocus } from './column-focus.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { useDesktopNotices } from './desktop.ts'
import { Navigation } from './navigation.tsx'
import { OutsideAsks } from './outside-asks.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { usePageTurn } from './page-turn.ts'
import { Pages } from './pages.tsx'
import { PostSheets } from './post-sheets.tsx'
import { Palette } from './palette.tsx'
import { Side } from './side.tsx'
import { useLiveWindow } from './use-live-window.ts'
import { useShown } from './use-shown.ts'
import { startWorker } from './worker.ts'
import { ROUTES, searchPath } from './routes.ts'

export function SignedIn() {
  const t = useText()
  useLiveWindow()
  useDesktopNotices()
  const isWide = useColumns() === 'three'
  const [path, navigate] = useLocation()
  const [parameters] = useSearchParams()
  const words = path === ROUTES.search ? (parameters.get('q') ?? '') : ''
  const find = (wanted: string): void => navigate(searchPath(wanted))
  const acts = { reply: useReply(), find, isWide }
  const { threadId, step } = useShown()
  usePageTurn(step)
  useColumnFocus({ step, path, threadId })
  useBeside(threadId)
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
          <Side threadId={threadId} startsWriting={path === ROUTES.write}>
            <SearchField words={words} autoFocus={path === ROUTES.search && words === ''} onSearch={find} />
          </Side>
        ) : null}
        <PostSheets />
        {isWide || path === ROUTES.write ? null : <FloatingHold />}
        <UndoBar />
        <Asked />
        <OutsideAsks />
        <Palette />
      </div>
    </WindowActsContext>
  )
}

/** Tells the lists which of their posts is open. */
function useBeside(threadId: string | null): void {
  const { besideId } = useServices()
  useLayoutEffect(() => besideId.set(threadId), [besideId, threadId])
}

/** Once there is something to keep: who is not signed in has no window yet. */
function useWorker(navigate: (path: string) => void): void {
  const open = useEffectEvent(navigate)
  useEffect(() => startWorker((path) => open(path)), [])
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
