/** One line of a file, as it is read: what it says, or what is wrong with it. */
import type { ImportFacts } from '../../db/tables.ts'

export interface ImportLine {
  readonly line: number
  readonly subject: string
  readonly host: string | null
  readonly facts: ImportFacts
  /** Why it cannot be taken in; null where it can. */
  readonly flaw: string | null
}
