/**
 * Texts of others inside our own sentences: whatever direction they have or claim, the words around them stay where they are.
 * @see Unicode Standard Annex 9, explicit directional isolates
 */

const ISOLATE = '\u2068'
const END = '\u2069'
/** Embeddings, overrides, isolates and what ends them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g
const LEFT_TO_RIGHT =
  /\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u
const RIGHT_TO_LEFT =
  /\p{Script=Arabic}|\p{Script=Hebrew}|\p{Script=Syriac}|\p{Script=Thaana}|\p{Script=Nko}/u

export function withoutTurns(text: string): string {
  return text.replace(TURNS, '')
}

/** Reads by itself, wherever it is put. */
export function isolated(text: string): string {
  return `${ISOLATE}${withoutTurns(text)}${END}`
}

/**
 * What a sentence of the given direction takes in: left as it is where it can turn nothing around.
 * @param text  may be made of isolated parts
 */
export function fitted(text: string, direction: 'ltr' | 'rtl'): string {
  if (isMadeOfIsolates(text)) return text
  const isOther = (direction === 'ltr' ? RIGHT_TO_LEFT : LEFT_TO_RIGHT).test(text)
  return isOther || withoutTurns(text) !== text ? isolated(text) : text
}

/** Isolates that end where they should, and nothing else that turns; at least one. */
function isMadeOfIsolates(text: string): boolean {
  let depth = 0
  let isolates = 0
  for (const [sign] of text.matchAll(TURNS)) {
    if (sign === ISOLATE) {
      depth += 1
      isolates += 1
    } else if (sign === END && depth > 0) depth -= 1
    else return false
  }
  return isolates > 0 && depth === 0
}
