/** What the palette offers for what is typed, in order: going on with the search itself, pages, people, hashtags, posts. */
import type { Account } from '../../../server/contracts/account.ts'
import type { SearchResults } from '../../../server/contracts/search-results.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { handleFromInput } from '../../formatting/handles.ts'

export interface PalettePage {
  readonly path: string
  readonly name: string
}

export type PaletteOption =
  | { readonly kind: 'search' | 'look_up' | 'recent'; readonly id: string; readonly words: string }
  | { readonly kind: 'page'; readonly id: string; readonly page: PalettePage }
  | { readonly kind: 'person'; readonly id: string; readonly account: Account }
  | { readonly kind: 'hashtag'; readonly id: string; readonly name: string }
  | { readonly kind: 'post'; readonly id: string; readonly post: Status }

interface Known {
  readonly words: string
  readonly pages: readonly PalettePage[]
  readonly recent: readonly string[]
  /** Undefined while nothing is known for these words. */
  readonly found: SearchResults | undefined
}

const MOST_PAGES = 5

export function paletteOptions({ words, pages, recent, found }: Known): readonly PaletteOption[] {
  const typed = words.trim()
  if (typed === '') {
    return [
      ...recent.map((one): PaletteOption => ({ kind: 'recent', id: `recent ${one}`, words: one })),
      ...pages.map(pageOption),
    ]
  }
  const named = pages.filter(({ name }) => isNamed(name, typed)).slice(0, MOST_PAGES)
  return [
    { kind: namesSomebody(typed) ? 'look_up' : 'search', id: 'search', words: typed },
    ...named.map(pageOption),
    ...(found?.accounts ?? []).map((account): PaletteOption => ({
      kind: 'person',
      id: `person ${account.id}`,
      account,
    })),
    ...(found?.hashtags ?? []).map(({ name }): PaletteOption => ({
      kind: 'hashtag',
      id: `hashtag ${name}`,
      name,
    })),
    ...(found?.statuses ?? []).map((post): PaletteOption => ({ kind: 'post', id: `post ${post.id}`, post })),
  ]
}

const pageOption = (page: PalettePage): PaletteOption => ({ kind: 'page', id: `page ${page.path}`, page })

/** A handle or an address: its own server is asked. */
export function namesSomebody(words: string): boolean {
  return handleFromInput(words) !== null || /^https?:\/\/\S+$/i.test(words.trim())
}

/** Any word of the name begins so. */
function isNamed(name: string, typed: string): boolean {
  const start = fold(typed)
  const folded = fold(name)
  return folded.startsWith(start) || folded.split(/[\s-]+/).some((word) => word.startsWith(start))
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
