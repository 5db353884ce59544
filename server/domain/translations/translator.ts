/** Which service translates, and where it is asked: the owner has set it. */
import type { Config } from '../../core/config.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import { type SafeFetch, fetchFailureOf } from '../../net/fetch-types.ts'
import { createDeepl } from './deepl.ts'
import { createLibreTranslate } from './libre-translate.ts'
import type { AskTranslator, Translator } from './translation-service.ts'

export type TranslatorConfig = Pick<Config, 'translator' | 'translatorUrl' | 'translatorKey'>

/** A machine may take longer than another server for an answer. */
const READ_SECONDS = 25

/** @returns null where the owner has set none */
export function createTranslator(
  { translator, translatorUrl, translatorKey }: TranslatorConfig,
  fetch: Pick<SafeFetch, 'askService'>,
): Translator | null {
  const askAt =
    (base: string, authorization: string | null): AskTranslator =>
    async (path, question) => {
      const url = `${base.replace(/\/+$/, '')}${path}`
      const json = question === undefined ? undefined : JSON.stringify(question)
      try {
        const { body } = await fetch.askService(url, { json, authorization, readSeconds: READ_SECONDS })
        return JSON.parse(body.toString('utf8')) as unknown
      } catch (error) {
        throw unavailable(error)
      }
    }
  switch (translator) {
    case 'libretranslate':
      return createLibreTranslate(askAt(translatorUrl ?? '', null), translatorKey)
    case 'deepl': {
      const base = translatorUrl ?? deeplAddress(translatorKey)
      return createDeepl(askAt(base, `DeepL-Auth-Key ${translatorKey}`))
    }
    case 'none':
    default:
      return null
  }
}

/** Keys of the free plan say so at their end. */
const deeplAddress = (key: string): string =>
  key.endsWith(':fx') ? 'https://api-free.deepl.com' : 'https://api.deepl.com'

const QUOTA_EXCEEDED = 456

function unavailable(error: unknown): HomebirdError {
  if (isHomebirdError(error, 'UNAVAILABLE')) return error
  const status = fetchFailureOf(error)?.status ?? null
  const safe =
    status === 429
      ? 'There have been too many requests to the translation service recently.'
      : status === QUOTA_EXCEEDED
        ? 'The usage quota for the translation service has been exceeded.'
        : 'The translation service does not answer.'
  return new HomebirdError('UNAVAILABLE', `no translation: ${describeError(error)}`, { cause: error, safe })
}
