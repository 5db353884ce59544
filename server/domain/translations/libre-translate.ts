/** LibreTranslate, and what speaks as it does. */
import {
  type AskTranslator,
  type LanguagePairs,
  type Translator,
  misunderstood,
} from './translation-service.ts'

interface Answer {
  readonly translatedText?: unknown
  readonly detectedLanguage?: unknown
}

export function createLibreTranslate(ask: AskTranslator, key: string): Translator {
  return {
    provider: 'LibreTranslate',
    async translate({ texts, from, to }) {
      const question = { q: texts, source: from ?? 'auto', target: to, format: 'html' }
      const answer = (await ask('/translate', {
        ...question,
        ...(key === '' ? {} : { api_key: key }),
      })) as Answer | null
      const translated = answer?.translatedText
      const isWhole =
        Array.isArray(translated) &&
        translated.length === texts.length &&
        translated.every((text) => typeof text === 'string')
      if (!isWhole) throw misunderstood('other than one text for each')
      return { texts: translated, from: from ?? detected(answer?.detectedLanguage) }
    },
    async languages() {
      const answer = await ask('/languages')
      if (!Array.isArray(answer)) throw misunderstood('no list of languages')
      return pairsOf(answer)
    },
  }
}

/** One for all texts, or one for each; the first is that of the post. */
function detected(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value
  const { language } = (first ?? {}) as { readonly language?: unknown }
  return typeof language === 'string' ? language : null
}

function pairsOf(answer: readonly unknown[]): LanguagePairs {
  return new Map(
    answer.flatMap((entry): Array<[string, string[]]> => {
      const { code, targets } = (entry ?? {}) as { readonly code?: unknown; readonly targets?: unknown }
      if (typeof code !== 'string' || !Array.isArray(targets)) return []
      return [[code, targets.filter((one) => typeof one === 'string' && one !== code) as string[]]]
    }),
  )
}
