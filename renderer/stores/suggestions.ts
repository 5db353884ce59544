/** Completions for what is being typed: at once from what was seen before, then from what the home knows. */
import type { Account } from '../../server/contracts/account.ts'
import { listCustomEmojis, searchHashtags, searchPeople } from '../api/suggestions.ts'
import type { ApiClient } from '../api/client.ts'
import type { Trigger } from '../formatting/find-trigger.ts'
import { plainName } from '../formatting/plain-name.ts'

export interface Suggestion {
  readonly id: string
  /** What stands in the text when it is taken. */
  readonly words: string
  readonly name: string
  readonly detail: string
  /** Of the own home; null for none. */
  readonly pictureUrl: string | null
}

const MOST = 6

export class Suggestions {
  readonly #api: ApiClient
  /** All that was seen, by kind and what it writes. */
  readonly #known = new Map<Trigger['kind'], Map<string, Suggestion>>()
  #emojis: Promise<void> | null = null

  constructor(api: ApiClient) {
    this.#api = api
  }

  /** Without waiting. */
  known({ kind, query }: Trigger): Suggestion[] {
    const wanted = fold(query)
    const all = [...(this.#known.get(kind)?.values() ?? [])]
    const [first, second] = [
      all.filter((one) => startsWith(one, wanted)),
      all.filter((one) => has(one, wanted)),
    ]
    return [...new Set([...first, ...second])].slice(0, MOST)
  }

  /** Asks the home, then gives what is known. @throws ApiFailure, and AbortError of the signal */
  async find(trigger: Trigger, signal: AbortSignal): Promise<Suggestion[]> {
    const { kind, query } = trigger
    if (kind === 'person') this.#learn(kind, (await searchPeople(this.#api, query, signal)).map(personOf))
    else if (kind === 'hashtag') {
      const tags = await searchHashtags(this.#api, query, signal)
      this.#learn(
        kind,
        tags.map(({ name }) => ({
          id: name,
          words: `#${name}`,
          name: `#${name}`,
          detail: '',
          pictureUrl: null,
        })),
      )
    } else {
      this.#emojis ??= this.#learnEmojis().catch((error: unknown) => {
        this.#emojis = null
        throw error
      })
      await this.#emojis
    }
    return this.known(trigger)
  }

  /** The home has others than before: they are asked for anew when one is wanted. */
  forgetEmojis(): void {
    this.#known.delete('emoji')
    this.#emojis = null
  }

  async #learnEmojis(): Promise<void> {
    const emojis = await listCustomEmojis(this.#api)
    this.#learn(
      'emoji',
      emojis.map(({ shortcode, static_url: url }) => ({
        id: shortcode,
        words: `:${shortcode}:`,
        name: `:${shortcode}:`,
        detail: '',
        pictureUrl: url,
      })),
    )
  }

  #learn(kind: Trigger['kind'], suggestions: readonly Suggestion[]): void {
    const known = this.#known.get(kind) ?? new Map<string, Suggestion>()
    for (const one of suggestions) known.set(one.words, one)
    this.#known.set(kind, known)
  }
}

function personOf({ id, acct, display_name: name, avatar_static: pictureUrl }: Account): Suggestion {
  return { id, words: `@${acct}`, name: plainName(name) || acct, detail: `@${acct}`, pictureUrl }
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const startsWith = ({ words }: Suggestion, wanted: string): boolean => fold(words.slice(1)).startsWith(wanted)
const has = ({ words, name }: Suggestion, wanted: string): boolean =>
  fold(words).includes(wanted) || fold(name).includes(wanted)
