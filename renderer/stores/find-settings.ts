/** Finds settings by what somebody types: every word must begin a word of a row, wherever that stands. */
import type { RowId, SettingRow } from './setting-rows.ts'

export interface RowWords {
  readonly title: string
  readonly help: string
  /** Other words for the same thing. */
  readonly also: string
  readonly group: string
}

/** Small letters without marks, cut into words by the rules of Unicode. */
export function wordsIn(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Best first: what is found in the title, then in other words, then in the help. Nothing for nothing. */
export function findSettings(
  rows: readonly SettingRow[],
  typed: string,
  wordsOf: (id: RowId) => RowWords,
): readonly SettingRow[] {
  const wanted = wordsIn(typed)
  if (wanted.length === 0) return []
  return rows
    .map((row) => ({ row, score: scoreOf(wanted, wordsOf(row.id)) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ row }) => row)
}

const WEIGHTS = { title: 8, also: 4, group: 2, help: 1 } as const satisfies Record<keyof RowWords, number>

/** 0 when one of the words is nowhere. */
function scoreOf(wanted: readonly string[], words: RowWords): number {
  const places = Object.entries(WEIGHTS).map(
    ([name, weight]) => [wordsIn(words[name as keyof RowWords]), weight] as const,
  )
  let sum = 0
  for (const word of wanted) {
    const found = places
      .filter(([there]) => there.some((one) => one.startsWith(word)))
      .map(([, weight]) => weight)
    if (found.length === 0) return 0
    sum += Math.max(...found)
  }
  return sum
}
