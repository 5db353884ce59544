/** Warnings and errors of all logs as one text for somebody who helps, without what they quote. */
import type { LogLine } from '../../contracts/logs.ts'
import type { Redactor } from '../../core/redact.ts'
import { withoutWords } from '../../core/without-people.ts'
import { readLogs } from './read-logs.ts'

const MOST_LINES = 400
const MOST_LOOKED = 60_000

/** The newest last. */
export async function readTroubleText(folder: string, redact: Redactor): Promise<string> {
  const { lines } = await readLogs(folder, redact, {
    matches: ({ level }) => level === 'warn' || level === 'error',
    limit: MOST_LINES,
    mostLooked: MOST_LOOKED,
    before: null,
  })
  return lines
    .toReversed()
    .map((line) => withoutWords(lineText(line)))
    .join('\n')
}

export const lineText = ({ at, level, part, event, text }: LogLine): string =>
  [at, level.toUpperCase().padEnd(5), part, event, text].filter((word) => word !== '').join(' ')
