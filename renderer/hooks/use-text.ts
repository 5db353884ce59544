/** Hands the words to whatever is shown. */
import { createContext, use } from 'react'
import type { Text } from '../i18n/i18n.ts'

export const TextContext = createContext<Text | null>(null)

export function useText(): Text {
  const text = use(TextContext)
  if (text === null) throw new Error('useText outside of TextContext')
  return text
}
