/** Sends the draft in the composer: what keeps it from going, one question about missing alt text, what went wrong. */
import { useState } from 'react'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import type { Draft } from '../../stores/draft.ts'

export interface Sending {
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
  /** Pictures have no alt text, and the person has not said yet what becomes of them. */
  readonly asksForAltText: boolean
  readonly send: () => void
  readonly sendAnyway: () => void
  readonly leaveQuestion: () => void
}

export function useSending(draft: Draft, canSend: boolean, onPosted: (() => void) | undefined): Sending {
  const { outgoing, preferences } = useServices()
  const { asksForAltText } = useObservable(preferences)
  const [busyId, setBusyId] = useState<string | null>(null)
  const [failed, setFailed] = useState<{ id: string; failure: ApiFailure } | null>(null)
  const [questionId, setQuestionId] = useState<string | null>(null)
  const isAsked = questionId === draft.id
  const sendAnyway = (): void => {
    setQuestionId(null)
    setBusyId(draft.id)
    setFailed(null)
    outgoing
      .send(draft.id)
      .then(() => onPosted?.())
      .catch((error: unknown) => setFailed({ id: draft.id, failure: toFailure(error) }))
      .finally(() => setBusyId(null))
  }
  const send = (): void => {
    if (!canSend || busyId !== null) return
    if (asksForAltText && !isAsked && lacksAltText(draft)) setQuestionId(draft.id)
    else sendAnyway()
  }
  return {
    isBusy: busyId !== null,
    failure: failed?.id === draft.id ? failed.failure : null,
    asksForAltText: isAsked,
    send,
    sendAnyway,
    leaveQuestion: () => setQuestionId(null),
  }
}

const lacksAltText = ({ media }: Draft): boolean =>
  media.some(({ description, kind }) => kind !== 'audio' && description.trim() === '')
