/** Finds handles in what somebody pasted: one in each line, in a sentence, or as addresses of profiles. */

const HANDLE = /(?<![\w@./])@?([\w.-]{1,100})@((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,63}(?::\d{1,5})?)/gu
const PROFILE =
  /https?:\/\/((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,63}(?::\d{1,5})?)\/(?:web\/)?(?:@|users\/|u\/|profile\/)([\w.-]{1,100})(?:@((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,63}))?/gu

/** Each once, without the first @, in the order in which they stand. */
export function readHandles(pasted: string): string[] {
  const found: { readonly at: number; readonly handle: string }[] = []
  const rest = pasted.replace(
    PROFILE,
    (whole, host: string, name: string, other: string | undefined, at: number) => {
      found.push({ at, handle: `${name}@${(other ?? host).toLowerCase()}` })
      return ' '.repeat(whole.length)
    },
  )
  for (const match of rest.matchAll(HANDLE)) {
    const [, name = '', host = ''] = match
    found.push({ at: match.index, handle: `${name}@${host.toLowerCase()}` })
  }
  const inOrder = found.toSorted((a, b) => a.at - b.at).map(({ handle }) => handle)
  return [...new Map(inOrder.map((handle) => [handle.toLowerCase(), handle])).values()]
}

/** The same as a file that every server reads. */
export function csvOfHandles(handles: readonly string[]): string {
  return ['Account address', ...handles].join('\n')
}
