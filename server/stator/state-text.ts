/** Texts that are stored with a row: bounded, and free of what a text column refuses. */

/** Most characters of a stored error or note. */
const MOST_CHARACTERS = 2_000

/** PostgreSQL refuses NUL in text, and one bad text would fail a whole statement of finished rows. */
export function boundedText(text: string): string {
  return text.slice(0, MOST_CHARACTERS).replaceAll('\0', '\u{FFFD}').toWellFormed()
}
