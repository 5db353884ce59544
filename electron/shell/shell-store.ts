/**
 * What the shell keeps for itself, in one small file: where the window stood, what was said once, a few switches. None of
 * it is needed to start, so a damaged file is put aside and the shell begins anew.
 */
import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeFileAtomically } from '../../server/appliance/index.ts'

export interface ShellStore {
  /** Unchecked: whoever asks knows what it may be. Undefined where nothing is kept. */
  get(name: string): unknown
  /** Undefined takes it back. What cannot be written counts until the shell ends. */
  set(name: string, value: unknown): void
}

interface StoreNeeds {
  /** A sentence for the journal. */
  readonly noticed?: (message: string) => void
}

const MAX_BYTES = 1_048_576

export function openShellStore(path: string, { noticed = () => undefined }: StoreNeeds = {}): ShellStore {
  const values = readValues(path, noticed)
  return {
    get: (name) => values.get(name),
    set(name, value) {
      if (value === undefined) values.delete(name)
      else values.set(name, value)
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
        writeFileAtomically(path, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`, 0o600)
      } catch (error) {
        noticed(`${path} cannot be written (${String(error)}); what was chosen counts until Homebird ends`)
      }
    },
  }
}

function readValues(path: string, noticed: (message: string) => void): Map<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing) noticed(`${path} cannot be read (${String(error)}); the shell begins anew`)
    return new Map()
  }
  try {
    if (text.length > MAX_BYTES) throw new Error(`${text.length} bytes are more than ${MAX_BYTES}`)
    const raw: unknown = JSON.parse(text)
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('it is no JSON object')
    return new Map(Object.entries(raw))
  } catch (error) {
    putAside(path, noticed, error)
    return new Map()
  }
}

function putAside(path: string, noticed: (message: string) => void, why: unknown): void {
  const aside = `${path}.damaged`
  try {
    renameSync(path, aside)
    noticed(`${path} is damaged (${String(why)}) and now stands as ${aside}; the shell begins anew`)
  } catch (error) {
    noticed(`${path} is damaged (${String(why)}) and cannot be put aside (${String(error)})`)
  }
}
