/** Language tags of posts and profiles, in one spelling. */

/** Longer tags exist only as attacks (RFC 5646 4.4.1 gives 35 as the length that need never be cut). */
const MAX_TAG_LENGTH = 35

/**
 * The canonical BCP 47 form of a tag: `en_us` becomes `en-US`, `iw` becomes `he`.
 * @returns null when it is no language tag, or names no language (`und`, `mul`, `zxx`, `mis`)
 */
export function normalizeLanguage(tag: unknown): string | null {
  if (typeof tag !== 'string' || tag.length < 2 || tag.length > MAX_TAG_LENGTH) return null
  const hyphenated = tag.trim().replaceAll('_', '-')
  if (!/^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/i.test(hyphenated)) return null
  try {
    const canonical = Intl.getCanonicalLocales(hyphenated)[0] ?? null
    return canonical === null || /^(?:und|mul|zxx|mis)\b/.test(canonical) ? null : canonical
  } catch {
    return null
  }
}
