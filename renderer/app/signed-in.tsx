/** The window of the owner: its columns, its pages, the live line under them. */
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, lazy, useEffect, useLayoutEffect } from 'react'
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter'
import { Composer } from '../features/composer/composer.tsx'
import { WritePage } from '../features/composer/write-page.tsx'
import { HomePage } from '../features/home/home-page.tsx'
import { PostEntry } from '../features/home/post-entry.tsx'
import { SearchField } from '../features/search/search-field.tsx'
import { SearchPage } from '../features/search/search-page.tsx'
import { YouPage } from '../features/you/you-page.tsx'
import { replyStart } from '../formatting/reply-start.ts'
import { ownAccountQuery, useOwnAccount } from '../hooks/use-facts.ts'
import { THREE_COLUMNS, useMediaQuery } from '../hooks/use-media-query.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { forgetSession } from '../stores/services.ts'
import styles from './app.module.css'
import { ConnectionBar } from './connection-bar.tsx'
import { Navigation } from './navigation.tsx'
import { ROUTES, searchPath } from './routes.ts'

/** Seen seldom: not part of what every start loads. */
const SecurityPage = lazy(async () => ({
  default: (await import('../features/security/security-page.tsx')).SecurityPage,
}))

/** Pages that begin at their top; home finds its own place again. */
const FROM_THE_TOP: ReadonlySet<string> = new Set([ROUTES.search, ROUTES.you, ROUTES.signIn])

export function SignedIn() {
  const t = useText()
  useLiveWindow()
  const isWide = useMediaQuery(THREE_COLUMNS)
  const [path, navigate] = useLocation()
  const [parameters] = useSearchParams()
  const words = path === ROUTES.search ? (parameters.get('q') ?? '') : ''
  const find = (wanted: string): void => navigate(searchPath(wanted))
  return (
    <div className={styles.window}>
      <a className="skip-link" href="#main">
        {t('app.skip')}
      </a>
      <Navigation isWide={isWide} />
      <main id="main" tabIndex={-1} className={styles.main}>
        <ConnectionBar />
        <Pages words={words} isWide={isWide} onFind={find} />
      </main>
      {isWide ? (
        <aside className={styles.side} aria-label={t('app.side')}>
          <SearchField words={words} autoFocus={path === ROUTES.search && words === ''} onSearch={find} />
          <h2 className={styles.sideTitle}>{t('composer.title')}</h2>
          <Composer autoFocus={path === ROUTES.write} onPosted={showIfNear} />
        </aside>
      ) : null}
    </div>
  )
}

/** Whoever writes while reading the newest sees it arrive; whoever reads further below stays there. */
function showIfNear(): void {
  if (window.scrollY < window.innerHeight / 2) requestAnimationFrame(() => window.scrollTo(0, 0))
}

interface PagesProps {
  readonly words: string
  readonly isWide: boolean
  readonly onFind: (words: string) => void
}

function Pages({ words, isWide, onFind }: PagesProps) {
  const [path, navigate] = useLocation()
  const reply = useReply(isWide)
  useLayoutEffect(() => {
    if (FROM_THE_TOP.has(path) || (path === ROUTES.write && !isWide)) window.scrollTo(0, 0)
  }, [path, isWide])
  const home = <HomePage onReply={reply} onFind={() => onFind('')} />
  return (
    <Switch>
      <Route path={ROUTES.home}>{home}</Route>
      <Route path={ROUTES.search}>
        <SearchPage
          words={words}
          onSearch={onFind}
          hasOwnField={!isWide}
          renderPost={(id) => <PostEntry id={id} onReply={reply} />}
        />
      </Route>
      <Route path={ROUTES.write}>
        {isWide ? home : <WritePage onPosted={() => navigate(ROUTES.home)} />}
      </Route>
      <Route path={ROUTES.you}>
        <YouPage securityPath={ROUTES.signIn} onSignedOut={() => navigate('/', { replace: true })} />
      </Route>
      <Route path={ROUTES.signIn}>
        <Suspense fallback={null}>
          <SecurityPage />
        </Suspense>
      </Route>
      <Route>
        <Redirect to={ROUTES.home} replace />
      </Route>
    </Switch>
  )
}

/** Begins a reply: beside the posts where there is room, on its own page where not. */
function useReply(isWide: boolean): (postId: string) => void {
  const { api, posts, drafts } = useServices()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  return (postId) => {
    const begin = async (): Promise<void> => {
      const own = await queries.ensureQueryData(ownAccountQuery(api))
      const post = posts.get(postId)
      if (post === undefined) return
      drafts.reply(replyStart(post, own.acct, own.source.privacy))
      if (!isWide) navigate(ROUTES.write)
    }
    // Without an answer the bar says that the home is away.
    begin().catch(() => undefined)
  }
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
    const wake = (): void => services.live.retryNow()
    window.addEventListener('online', wake)
    return () => {
      isOver = true
      window.removeEventListener('online', wake)
      forgetSession(services)
    }
  }, [services])
  useEffect(() => {
    if (own !== undefined) services.drafts.setDefaultVisibility(own.source.privacy)
  }, [services, own])
}
