/** What goes wrong on a page of sign-in, under the id of its sentence, so that the page can say it in the owner's language. */
import { type ErrorCode, HomebirdError } from '../../core/errors.ts'
import { ENGLISH, type PageWordId } from './words/english.ts'

export type RefusalId = Extract<PageWordId, `refused.${string}` | 'passkey.used_link'>

/** @param technical  for the log */
export function pageError(
  code: ErrorCode,
  id: RefusalId,
  technical: string,
  details: Readonly<Record<string, unknown>> = {},
): HomebirdError {
  return new HomebirdError(code, technical, { safe: ENGLISH[id], details: { ...details, words: id } })
}

/** The sentence of any error: its own, else that of its kind. */
export function refusalOf({ details, status }: HomebirdError): RefusalId {
  const { words } = details
  if (typeof words === 'string' && Object.hasOwn(ENGLISH, words)) return words as RefusalId
  if (status === 421) return 'refused.other_host'
  if (status === 429) return 'refused.too_often'
  if (status === 503) return 'refused.away'
  return status < 500 ? 'refused.not_understood' : 'refused.failed'
}
