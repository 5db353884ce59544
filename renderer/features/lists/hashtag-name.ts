/** What somebody types to name a hashtag. */

/** @returns the bare name, or null where it can be none */
export function hashtagName(typed: string): string | null {
  const name = typed.trim().replace(/^[#＃]/, '')
  const isTag =
    /^[\p{L}\p{M}\p{N}\p{Pc}\u200c\u00b7\u30fb]{1,200}$/u.test(name) && /[^\p{N}\p{Pc}]/u.test(name)
  return isTag ? name : null
}
