/** The place in a page that an address names behind its `#`. */

/** As it stands where it is not encoded as it should be: whoever wrote the address may have typed it by hand. */
export function placeInPage(hash: string): string {
  const named = hash.replace(/^#/, '')
  try {
    return decodeURIComponent(named)
  } catch {
    return named // no element is called so, which is an answer
  }
}
