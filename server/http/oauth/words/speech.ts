/**
 * In which language a page of sign-in speaks: the one that the owner chose for the window, else the one that the browser
 * asks for. These pages are for the owner alone and nobody keeps them, so that they may depend on who asks.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Querier } from '../../../db/pool.ts'
import { readPreferences } from '../../../domain/owner/preferences.ts'
import { isolateBidi, stripBidiControls } from '../../../domain/text/clean-text.ts'
import { escapeHtml } from '../../../domain/text/escape-html.ts'
import { ARABIC } from './arabic.ts'
import { ENGLISH, type PageWordId, type PageWords } from './english.ts'
import { GERMAN } from './german.ts'

export const LANGUAGES = { en: ENGLISH, de: GERMAN, ar: ARABIC } as const satisfies Readonly<
  Record<string, PageWords>
>
export type PageLanguage = keyof typeof LANGUAGES

/** The longest header that is read: no browser asks for more languages than fit. */
const MAX_HEADER = 500
const SPOKEN = Object.keys(LANGUAGES) as readonly PageLanguage[]

/** What a page says, in one language. */
export class Speech {
  readonly language: PageLanguage
  readonly #words: PageWords

  constructor(language: PageLanguage) {
    this.language = language
    this.#words = LANGUAGES[language]
  }

  get direction(): 'ltr' | 'rtl' {
    return this.language === 'ar' ? 'rtl' : 'ltr'
  }

  /** As HTML; what is put in was written by strangers and is kept apart from our own words. */
  html(id: PageWordId, given: Readonly<Record<string, string>> = {}): string {
    return this.#words[id]
      .split(/\{(\w+)\}/)
      .map((part, index) =>
        index % 2 === 0 ? escapeHtml(part) : `<bdi>${escapeHtml(given[part] ?? '')}</bdi>`,
      )
      .join('')
  }

  /** The same without marks, to be escaped by whoever writes it. */
  text(id: PageWordId, given: Readonly<Record<string, string>> = {}): string {
    return this.#words[id].replace(/\{(\w+)\}/g, (_, name: string) => this.#apart(given[name] ?? ''))
  }

  #apart(name: string): string {
    return this.direction === 'ltr' ? isolateBidi(name) : `\u2068${stripBidiControls(name)}\u2069`
  }
}

/**
 * The page depends on the language that is asked for: said to whatever might keep it in spite of everything.
 * @param db  null where nobody should wait for it
 */
export async function speechFor(
  db: Querier | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Speech> {
  void reply.header('vary', 'Accept-Language')
  const chosen = db === null ? null : await chosenLanguage(db)
  return new Speech(chosen ?? languageAskedFor(request.headers['accept-language']))
}

/** Null where the owner leaves it to the browser, and where nobody can tell: a page is better than the right language. */
async function chosenLanguage(db: Querier): Promise<PageLanguage | null> {
  try {
    const { locale } = await readPreferences(db)
    return locale === 'system' ? null : locale
  } catch {
    return null
  }
}

/**
 * English where none of ours is asked for.
 * @param header  `de-AT, de;q=0.9, en;q=0.5`
 * @see RFC 9110 12.5.4
 */
export function languageAskedFor(header: string | undefined): PageLanguage {
  const wishes = (header ?? '').slice(0, MAX_HEADER).toLowerCase().split(',').flatMap(readWish)
  const best = wishes.toSorted((one, other) => other.weight - one.weight)[0]
  return best?.language ?? 'en'
}

interface Wish {
  readonly language: PageLanguage
  readonly weight: number
}

function readWish(text: string): Wish[] {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim())
  const language = SPOKEN.find((one) => tag === one || tag.startsWith(`${one}-`))
  const quality = parameters.find((one) => /^q\s*=/.test(one))?.split('=')[1]
  const weight = quality === undefined ? 1 : Number(quality)
  return language === undefined || !(weight > 0 && weight <= 1) ? [] : [{ language, weight }]
}
