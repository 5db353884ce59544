/** Decides what a person sees: the first run, the way in, or the window itself. */
import { Suspense, useEffect, useState } from 'react'
import { Router, useLocation } from 'wouter'
import type { ApiFailure } from '../api/failure.ts'
import { FailureNotice } from '../components/notice.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { Spinner } from '../components/spinner.tsx'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { KeyboardKeys } from './keyboard.tsx'
import { lazyPage } from './lazy-page.tsx'
import { PageBoundary } from './page-boundary.tsx'
import { ROUTES } from './routes.ts'
import { SignedIn } from './signed-in.tsx'
import { MIDDLE_ROUTER } from './use-shown.ts'
import { isSetUpUnfinished } from '../stores/set-up-answers.ts'
import styles from './app.module.css'

/** Seen once or seldom: not part of what every start loads. */
const SetUpPage = lazyPage(
  ['setup', 'recovery', 'places', 'adoption', 'taking'],
  async () => (await import('../features/setup/setup-page.tsx')).SetUpPage,
)
const KeyPage = lazyPage('signin', async () => (await import('../features/signin/signin-page.tsx')).KeyPage)
const PasswordPage = lazyPage(
  'signin',
  async () => (await import('../features/signin/signin-page.tsx')).PasswordPage,
)

const LeftPage = lazyPage(
  'leaving',
  async () => (await import('../features/farewell/left-page.tsx')).LeftPage,
)

export function App() {
  return (
    <PageBoundary>
      <Suspense fallback={<Opening />}>
        <Entrance />
      </Suspense>
    </PageBoundary>
  )
}

function Entrance() {
  const { session, storage } = useServices()
  const view = useObservable(session.view)
  const [isFinishing, setFinishing] = useState(() => isSetUpUnfinished(storage))
  const [, navigate] = useLocation()
  const wasKeyRefused = useObservable(session.wasKeyRefused)
  switch (view.phase) {
    case 'unknown':
      return <Opening />
    case 'unreachable':
      return <Unreachable failure={view.failure} />
    case 'needs_key':
      return <KeyPage wasKeyRefused={wasKeyRefused} />
    case 'signed_out':
      return (
        <PasswordPage
          wasKeyRefused={wasKeyRefused}
          asksForCode={view.asksForCode}
          takesPasskey={view.takesPasskey}
        />
      )
    case 'left':
      return <LeftPage />
    case 'needs_set_up':
    case 'signed_in':
      break
  }
  if (view.phase === 'needs_set_up' || isFinishing) {
    const open = (path: string = ROUTES.home): void => {
      setFinishing(false)
      navigate(path, { replace: true })
    }
    return <SetUpPage isMade={view.phase === 'signed_in'} onMade={() => setFinishing(true)} onOpen={open} />
  }
  return (
    <Router {...MIDDLE_ROUTER}>
      <KeyboardKeys />
      <SignedIn />
    </Router>
  )
}

function Opening() {
  const t = useText()
  return (
    <p role="status" className={styles.opening}>
      <Spinner /> {t('app.opening')}
    </p>
  )
}

/** A home that is starting is not asked more often. */
const ASK_AGAIN_MS = 3_000

function Unreachable({ failure }: { readonly failure: ApiFailure }) {
  const t = useText()
  const { session } = useServices()
  useEffect(() => {
    let timer: unknown = null
    let isOver = false
    const wait = (): void => {
      if (!isOver) timer = setTimeout(() => void session.refresh().then(wait), ASK_AGAIN_MS)
    }
    wait()
    return () => {
      isOver = true
      clearTimeout(timer as number)
    }
  }, [session])
  return (
    <PageFrame>
      <h1>{t('app.unreachable_title')}</h1>
      <FailureNotice
        failure={failure}
        meaning={t('app.unreachable_help')}
        act={{ label: t('act.try_again'), onPress: () => void session.refresh() }}
      />
    </PageFrame>
  )
}
