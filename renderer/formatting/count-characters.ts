/**
 * The length of a post as the home counts it: characters as people see them, each link as many as the home reserves,
 * a mention without its domain. A test holds this to the home's own counting.
 */
const LINK = /(?<![\p{L}\p{M}\p{Nd}\p{Pc}])https?:\/\/[^\s<>"`\p{Cc}]+/giu
const MENTION =
  /(?<![\p{L}\p{M}\p{Nd}\p{Pc}/=@.])([@＠][\w](?:[\w.-]*\w)?)@[\p{L}\p{M}\p{Nd}\p{Pc}](?:[\p{L}\p{M}\p{Nd}\p{Pc}.-]*[\p{L}\p{M}\p{Nd}\p{Pc}])?(?::\d{1,5})?/gu
const PRINTABLE_ASCII = /^[\n\x20-\x7e]*$/
const TRAILING: ReadonlySet<string> = new Set(`. , : ; ! ? ' " … ’ ” » * _ ~ ) ] }`.split(' '))
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

/** Punctuation at the end belongs to the sentence; a closing bracket to the link that opened it. Looks at each character once. */
function withoutTrailing(raw: string): string {
  const balance: Record<string, number> = { '(': 0, '[': 0, '{': 0 }
  for (const character of raw) {
    const opener = OPENERS[character]
    if (character in balance) balance[character] = (balance[character] ?? 0) + 1
    else if (opener !== undefined) balance[opener] = (balance[opener] ?? 0) - 1
  }
  let end = raw.length
  for (; end > 0 && TRAILING.has(raw[end - 1] ?? ''); end -= 1) {
    const opener = OPENERS[raw[end - 1] ?? '']
    if (opener === undefined) continue
    if ((balance[opener] ?? 0) >= 0) break
    balance[opener] = (balance[opener] ?? 0) + 1
  }
  return raw.slice(0, end)
}

function countGraphemes(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let count = 0
  for (const _ of graphemes.segment(text)) count += 1
  return count
}
