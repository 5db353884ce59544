/** What a copy of the home says of itself: which version it is of, and each of its files with size and hash. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import type { DataDir } from '../../core/data-dir.ts'

export interface CopiedFile {
  /** Below the folder of the copy, with forward slashes on every platform. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** `before`: made before the first start of another version. `replaced`: what stood here until a copy was taken back. */
export type CopyKind = 'before' | 'replaced'

export interface CopyManifest {
  readonly format: 1
  readonly kind: CopyKind
  /** The version that this home was last run with; null where it was not remembered. */
  readonly ofVersion: string | null
  /** The version before whose first start it was made; null of what was replaced. */
  readonly beforeVersion: string | null
  readonly madeAt: string
  /** `external`: the database is another machine's or service's, and is not part of the copy. `none`: there was none. */
  readonly database: 'embedded' | 'external' | 'none'
  /** Major version of PostgreSQL whose cluster it is; null without one. */
  readonly postgresMajor: string | null
  /** `crashed`: the database had not stopped in order; what it replays at its next start is in the copy too. */
  readonly databaseState: 'stopped' | 'crashed' | null
  readonly bytes: number
  /** Also empty ones: PostgreSQL does not start without them. Null of what was replaced. */
  readonly folders: readonly string[] | null
  /** Null of what was replaced: it was moved as it was, and nobody has vouched for it. */
  readonly files: readonly CopiedFile[] | null
}

/** A copy as it stands in a list. */
export interface HomeCopy {
  readonly name: string
  /** Null where it cannot be used; `problem` says why. */
  readonly manifest: CopyManifest | null
  readonly problem: string | null
}

/** `before-0.2.0-20261129T215732Z`, and the same of what was replaced. */
const COPY_NAME = /^(before|replaced)-[0-9A-Za-z.+-]{1,64}-\d{8}T\d{6}Z(-\d+)?$/

const MANIFEST = 'manifest.json'
const MANIFEST_HASH = 'manifest.sha256'

export function copyFolder(dir: DataDir, name: string): string {
  return join(dir.backups, name)
}

/** A name that is free. A version that is not known is called `unknown`. */
export function newCopyName(dir: DataDir, kind: CopyKind, version: string | null, now: Date): string {
  const moment = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  const wanted = `${kind}-${version ?? 'unknown'}-${moment}`
  let name = wanted
  for (let number = 2; existsSync(copyFolder(dir, name)); number += 1) name = `${wanted}-${number}`
  return name
}

/** Written last: a folder without it is no copy. */
export function writeManifest(folder: string, manifest: CopyManifest): void {
  const text = `${JSON.stringify(manifest, null, 1)}\n`
  // The list itself comes last: where it lies, all of it does.
  writeFileAtomically(join(folder, MANIFEST_HASH), `${sha256(text)}\n`, 0o600)
  writeFileAtomically(join(folder, MANIFEST), text, 0o600)
}

/** Every copy and everything that was replaced, newest first. What cannot be read stands in it with its reason. */
export function listCopies(dir: DataDir): HomeCopy[] {
  if (!existsSync(dir.backups)) return []
  return readdirSync(dir.backups)
    .filter((name) => COPY_NAME.test(name))
    .map((name) => readCopy(dir, name))
    .sort((one, other) => momentOf(other.name).localeCompare(momentOf(one.name)))
}

function readCopy(dir: DataDir, name: string): HomeCopy {
  try {
    const folder = copyFolder(dir, name)
    const text = readFileSync(join(folder, MANIFEST), 'utf8')
    const hash = readFileSync(join(folder, MANIFEST_HASH), 'utf8').trim()
    if (hash !== sha256(text)) return { name, manifest: null, problem: 'its manifest was changed since' }
    const manifest = JSON.parse(text) as CopyManifest
    if (manifest.format !== 1)
      return { name, manifest: null, problem: `its format ${String(manifest.format)} is of a newer Homebird` }
    return { name, manifest, problem: null }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { name, manifest: null, problem: `its manifest cannot be read: ${reason}` }
  }
}

/** Names end in their moment, and a number where two fell into one second. */
function momentOf(name: string): string {
  return /\d{8}T\d{6}Z(-\d+)?$/.exec(name)?.[0] ?? ''
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
