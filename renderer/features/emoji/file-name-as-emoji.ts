/** The name of a file as the name of an emoji: `Party Parrot.gif` becomes `party_parrot`. */

const MOST = 64

/** @returns an empty text where nothing of it can stand in a name */
export function fileNameAsEmoji(fileName: string): string {
  const plain = fileName
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return plain.slice(0, MOST)
}
