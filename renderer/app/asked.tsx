/** Shows what is asked about a person or a server, wherever it was asked from. */
import { Suspense, useEffect } from 'react'
import { useLocation } from 'wouter'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { lazyPage } from './lazy-page.tsx'

const PersonQuestion = lazyPage(
  'people',
  async () => (await import('../features/people/person-question.tsx')).PersonQuestion,
)

export function Asked() {
  const { ask } = useServices()
  const question = useObservable(ask.shown)
  const [path] = useLocation()
  useEffect(() => ask.turnTo(path), [ask, path])
  if (question === null) return null
  return (
    <Suspense fallback={null}>
      <PersonQuestion question={question} onClose={() => ask.close()} />
    </Suspense>
  )
}
