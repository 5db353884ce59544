/** DeepL, and what speaks as it does. Its languages are in capitals, and some are only known by their countries. */
import { type AskTranslator, type Translator, misunderstood } from './translation-service.ts'

interface Part {
  readonly text?: unknown
  readonly detected_source_language?: unknown
}

export function createDeepl(ask: AskTranslator): Translator {
  return {
    provider: 'DeepL.com',
    async translate({ texts, from, to }) {
      const question = {
        text: texts,
        target_lang: to.toUpperCase(),
        tag_handling: 'html',
        ...(from === null ? {} : { source_lang: from.toUpperCase() }),
      }
      const { translations } = ((await ask('/v2/translate', question)) ?? {}) as {
        readonly translations?: unknown
      }
      const parts = Array.isArray(translations) ? (translations as Array<Part | null>) : []
      const translated = parts.flatMap((part) => (typeof part?.text === 'string' ? [part.text] : []))
      if (translated.length !== texts.length) throw misunderstood('other than one text for each')
      const found = parts[0]?.detected_source_language
      return { texts: translated, from: typeof found === 'string' ? spelled(found) : from }
    },
    async languages() {
      const sources = codesOf(await ask('/v2/languages?type=source'))
      const targets = codesOf(await ask('/v2/languages?type=target'))
      // English and Portuguese of no country are taken too.
      const all = [...new Set([...targets, ...targets.map((code) => code.split('-')[0] ?? code)])]
      return new Map(
        sources.map((source) => [source, all.filter((target) => target.split('-')[0] !== source)]),
      )
    },
  }
}

function codesOf(answer: unknown): string[] {
  if (!Array.isArray(answer)) throw misunderstood('no list of languages')
  return answer.flatMap((entry) => {
    const { language } = (entry ?? {}) as { readonly language?: unknown }
    return typeof language === 'string' ? [spelled(language)] : []
  })
}

/** `PT-BR` as `pt-BR`. */
const spelled = (code: string): string => {
  const [language = '', ...rest] = code.split('-')
  return [language.toLowerCase(), ...rest].join('-')
}
