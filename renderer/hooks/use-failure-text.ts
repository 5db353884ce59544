/** Says what a failure is, in words for a person; the server's own sentence is kept for the folded line. */
import type { ApiFailure } from '../api/failure.ts'
import type { MessageId } from '../i18n/i18n.ts'
import { useText } from './use-text.ts'

const WORDS = {
  offline: 'failure.offline',
  unavailable: 'failure.unavailable',
  full: 'failure.full',
  signed_out: 'failure.signed_out',
  limited: 'failure.limited',
  refused: 'failure.refused',
  broken: 'failure.broken',
} as const satisfies Record<ApiFailure['kind'], MessageId>

export function useFailureText(): (failure: ApiFailure) => string {
  const t = useText()
  return (failure) =>
    failure.kind === 'refused'
      ? t('failure.refused', { detail: failure.detail.replace(/\.$/, '') })
      : failure.kind === 'limited'
        ? t('failure.limited', { seconds: failure.retryAfterSeconds ?? 60 })
        : t(WORDS[failure.kind])
}
