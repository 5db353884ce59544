/**
 * The length of a post as the home counts it: characters as people see them, each link as many as the home reserves,
 * a mention without its domain. A test holds this to the home's own counting.
 */
const LINK = /(?<![\p{L}\p{M}\p{Nd}\p{Pc}])https?:\/\/[^\s<>"`\p{Cc}]+/giu
const MENTION =
  /(?<![\p{L}\p{M}\p{Nd}\p{Pc}/=@.])([@＠][\w](?:[\w.-]*\w)?)@[\p{L}\p{M}\p{Nd}\p{Pc}](?:[\p{L}\p{M}\p{Nd}\p{Pc}.-]*[\p{L}\p{M}\p{Nd}\p{Pc}])?(?::\d{1,5})?/gu
const PRINTABLE_ASCII = /^[\n\x20-\x7e]*$/
const TRAILING = /[.,:;!?'"…’”»*_~)\]}]$/u
const OPENERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** @param charactersPerLink  `configuration.statuses.characters_reserved_per_url` */
export function countCharacters(text: string, charactersPerLink: number): number {
  let links = 0
  const withoutLinks = text.replace(LINK, (raw) => {
    const link = withoutTrailing(raw)
    const host = link.replace(/^https?:\/\//i, '')
    const url = URL.parse(link)
    if (host === '' || url === null || url.username !== '') return raw
    links += 1
    return raw.slice(link.length)
  })
  const shown = withoutLinks.replace(MENTION, (_whole, name: string) => name)
  return links * charactersPerLink + countGraphemes(shown)
}

/** Punctuation at the end belongs to the sentence; a closing bracket to the link that opened it. */
function withoutTrailing(raw: string): string {
  let link = raw
  while (TRAILING.test(link)) {
    const closer = link.at(-1) ?? ''
    const opener = OPENERS[closer]
    if (opener !== undefined && link.split(opener).length >= link.split(closer).length) break
    link = link.slice(0, -1)
  }
  return link
}

function countGraphemes(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}
