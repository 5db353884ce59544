/** The text of HTML as filters compare it; what was folded a moment ago is remembered. */
import { LRUCache } from 'lru-cache'
import { htmlToPlainText } from '../text/plain-text.ts'
import { foldText } from './fold-text.ts'

const KEPT_TEXTS = 2_000
const MOST_KEPT_CHARACTERS = 2_000_000
const folded = new LRUCache<string, string>({
  max: KEPT_TEXTS,
  maxSize: MOST_KEPT_CHARACTERS,
  sizeCalculation: (text, html) => text.length + html.length + 1,
})

export function foldHtml(html: string): string {
  if (html === '') return ''
  const kept = folded.get(html)
  if (kept !== undefined) return kept
  const text = foldText(htmlToPlainText(html))
  folded.set(html, text)
  return text
}
