/** Why a change of the sign-in did not happen, in words for a person. */
import type { ApiFailure } from '../../api/failure.ts'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { MessageId } from '../../i18n/i18n.ts'

const WORDS: Readonly<Record<string, MessageId>> = {
  wrong_password: 'signin.wrong_both',
  wrong_code: 'security.wrong_code',
  nothing_done: 'security.nothing_done',
  is_there: 'security.is_there',
  passkey_refused: 'signin.passkey_refused',
  proof_needed: 'security.prove',
  too_many_tokens: 'security.token_too_many',
}

export function Refusal({ failure }: { readonly failure: ApiFailure | null }) {
  const t = useText()
  if (failure === null) return null
  if (failure.kind !== 'refused') return <FailureNotice failure={failure} />
  const words = Object.hasOwn(WORDS, failure.detail) ? WORDS[failure.detail] : undefined
  return <Notice>{t(words ?? 'security.refused')}</Notice>
}
