/** Shows what is asked about a person or a server, wherever it was asked from. */
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { latePart } from '../components/late-part.tsx'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'

const PersonQuestion = latePart(
  async () => (await import('../features/people/person-question.tsx')).PersonQuestion,
  { words: 'people', isOverlay: true },
)

export function Asked() {
  const { ask } = useServices()
  const question = useObservable(ask.shown)
  const [path] = useLocation()
  useEffect(() => ask.turnTo(path), [ask, path])
  if (question === null) return null
  return <PersonQuestion question={question} onClose={() => ask.close()} />
}
