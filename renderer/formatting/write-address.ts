/** What an address of the writing page asks for: `/write?text=Hello&reply=112`. A link can only begin a draft, never send one. */

export interface WriteWish {
  readonly text: string
  /** The post that is answered, quoted or changed; an address names one. */
  readonly act: 'reply' | 'quote' | 'edit' | null
  readonly postId: string
}

/** Longer than most homes take; the rest of a longer text would be lost unseen. */
const MOST_UNITS = 10_000

/** Marks that no keyboard writes: controls, and those that turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const UNWRITTEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]/gu

/** @returns null where it asks for nothing */
export function readWriteAddress(parameters: URLSearchParams): WriteWish | null {
  const text = cleaned(parameters.get('text') ?? '')
  const act = (['edit', 'reply', 'quote'] as const).find((name) => isId(parameters.get(name))) ?? null
  const postId = act === null ? '' : (parameters.get(act) ?? '')
  return text.trim() === '' && act === null ? null : { text, act, postId }
}

const isId = (value: string | null): boolean => /^\d{1,19}$/.test(value ?? '')

function cleaned(text: string): string {
  const lines = text.toWellFormed().replace(/\r\n?/g, '\n').replace(UNWRITTEN, '')
  // Not in the middle of a pair.
  return lines.slice(0, MOST_UNITS).replace(/[\uD800-\uDBFF]$/, '')
}
