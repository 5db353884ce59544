/** What the window says in a language, by id, so that the same walk can be gone in each of them. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const LOCALES = join(import.meta.dirname, '..', '..', 'renderer', 'locales')

export interface Words {
  /** The words as they are written. */
  (id: string): string
  /** A pattern for words with names or numbers in them. */
  like(id: string): RegExp
}

/** @param locale  as a browser asks for it: `ar-EG` speaks Arabic */
export async function wordsOf(locale: string): Promise<Words> {
  const folder = join(LOCALES, locale.slice(0, 2))
  const files = await Promise.all(
    (await readdir(folder)).map(async (file) => readFile(join(folder, file), 'utf8')),
  )
  const known = Object.assign({}, ...files.map((text) => JSON.parse(text) as object)) as Record<
    string,
    string
  >
  const say = (id: string): string => {
    const words = known[id]
    if (words === undefined) throw new Error(`the window says nothing under ${id}`)
    return words
  }
  const like = (id: string): RegExp =>
    new RegExp(
      say(id)
        .split(/\{[^}]*\}/)
        .map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
        .join('.*'),
    )
  return Object.assign(say, { like })
}
