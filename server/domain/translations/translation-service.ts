/** The one face of all services that translate. */
import { HomebirdError } from '../../core/errors.ts'

export interface TranslationTask {
  /** HTML, each on its own. */
  readonly texts: readonly string[]
  /** Null: the service is to find out. */
  readonly from: string | null
  /** As the service spells it. */
  readonly to: string
}

export interface TranslatedTexts {
  /** As many as were given, in their order; as the service sent them, so not to be trusted. */
  readonly texts: readonly string[]
  readonly from: string | null
}

/** From each language into which others, as the service spells them. */
export type LanguagePairs = ReadonlyMap<string, readonly string[]>

export interface Translator {
  /** As it is shown below a translation. */
  readonly provider: string
  /** @throws HomebirdError UNAVAILABLE */
  translate(task: TranslationTask): Promise<TranslatedTexts>
  /** @throws HomebirdError UNAVAILABLE */
  languages(): Promise<LanguagePairs>
}

/** Asks a service for JSON. @throws HomebirdError UNAVAILABLE, whatever went wrong */
export type AskTranslator = (path: string, question?: object) => Promise<unknown>

/** @throws HomebirdError UNAVAILABLE for an answer of another shape */
export function misunderstood(what: string): HomebirdError {
  return new HomebirdError('UNAVAILABLE', `the translation service answered ${what}`, {
    safe: 'The translation service does not answer.',
  })
}
