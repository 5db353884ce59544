/** The journal as text for somebody who helps: what it quotes may be what somebody said. */
import type { JournalLine } from '../contracts/logs.ts'
import { withoutWords } from './without-people.ts'

/** So many lines tell what happened lately. */
export const JOURNAL_LINES = 100

export const journalText = (lines: readonly JournalLine[]): string =>
  lines.map(({ at, level, part, message }) => `${at} ${level} ${part}: ${withoutWords(message)}`).join('\n')
