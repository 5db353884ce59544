/** What is told of a statement: what it does and to which table, and its text without a single value. */
import { boundedMap } from '../core/bounded-map.ts'

export interface StatementShape {
  /** Such as `SELECT posts`. */
  readonly name: string
  readonly text: string
}

const MOST_SHAPES = 500
const MOST_TEXT = 2_000
/** Comments, texts in quotes or dollars, numbers that are no place of a parameter; names in double quotes are left. */
const VALUES =
  /--[^\n]*|\/\*.*?\*\/|\b[eb]?'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|\$([a-z_]*)\$.*?\$\1\$|"(?:[^"]|"")*"|(?<![\w$."])\d+(?:\.\d+)?(?:e[+-]?\d+)?\b/gis
const TABLE = /\b(?:from|into|update|join|copy|table)\s+(?:only\s+)?"?([a-z_][\w]*)/i

const shapes = boundedMap<string, StatementShape>({ max: MOST_SHAPES })

export function shapeOf(statement: string): StatementShape {
  const known = shapes.get(statement)
  if (known !== undefined) return known
  const text = statement
    .replace(VALUES, (found) =>
      found.startsWith('"') ? found : found.startsWith('-') || found.startsWith('/*') ? ' ' : '?',
    )
    .replace(/\s+/g, ' ')
    .trim()
  const verb = /^[a-z]+/i.exec(text)?.[0]?.toUpperCase() ?? 'STATEMENT'
  const table = TABLE.exec(text)?.[1]
  const shape = { name: table === undefined ? verb : `${verb} ${table}`, text: text.slice(0, MOST_TEXT) }
  shapes.set(statement, shape)
  return shape
}
