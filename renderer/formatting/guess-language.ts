/** Guesses the language of a text in this window: nothing of it leaves. Loaded when somebody first writes a sentence. */
import lande from 'lande'

/** Below this there is too little to go by. */
export const LEAST_LETTERS = 12
/** A guess that is wrong is worse than none. */
const LEAST_CERTAINTY = 0.9
/** More makes no guess better. */
const MOST_UNITS = 2_000

/** What is the same in every language: addresses, handles, hashtags, names of emoji. */
const NO_WORDS = /https?:\/\/\S+|[@#\uFF20\uFF03][\p{L}\p{M}\p{N}_.@-]+|:[\w-]+:/gu

/** @returns a code of BCP 47; null where nothing can be said */
export function guessLanguage(text: string): string | null {
  const words = text.slice(0, MOST_UNITS).replace(NO_WORDS, ' ').trim()
  if ((words.match(/\p{L}/gu)?.length ?? 0) < LEAST_LETTERS) return null
  const [best] = lande(words)
  if (best === undefined || best[1] < LEAST_CERTAINTY) return null
  return new Intl.Locale(best[0]).language
}
