/** A draft of which nothing is written yet; tests say what is in theirs. */
import type { DraftContent } from '../../server/contracts/draft.ts'

export const EMPTY_DRAFT: DraftContent = {
  text: '',
  warning: '',
  hasWarning: false,
  isSensitive: false,
  visibility: 'public',
  language: null,
  isLanguageChosen: false,
  files: [],
  poll: null,
  isPollChanged: false,
  replyTo: null,
  quote: null,
  edit: null,
  quotePolicy: null,
  scheduledAt: null,
}
