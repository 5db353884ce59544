/**
 * Reads what a backup says of itself. Whoever made it may have had the key and no good will: nothing of it is believed before
 * it has the shape of ours, and no text of it can move the cursor of a terminal.
 */
import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { HomebirdError } from '../../core/errors.ts'
import { isContentKey } from '../../storage/media-store.ts'
import {
  ABOUT_ENTRY,
  type BackupAbout,
  type BackupManifest,
  MANIFEST_ENTRY,
  type MediaLine,
} from './manifest.ts'

const NO_CONTROLS = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$'
const plain = (maxLength: number) => Type.String({ maxLength, pattern: NO_CONTROLS })
/** Of PostgreSQL, as our migrations write them. */
const DatabaseName = Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$' })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })
const MOST_TABLES = 1_000
const MOST_COLUMNS = 500
const MOST_IDENTITIES = 10_000
const MOST_SECRETS = 10_000
const MOST_MISSING = 1_000

const shape = {
  name: DatabaseName,
  columns: Type.Array(Type.Object({ name: DatabaseName, type: plain(200) }), { maxItems: MOST_COLUMNS }),
}

const About = Type.Object({
  format: Type.Literal(1),
  madeAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?Z$' }),
  madeBy: plain(100),
  platform: plain(100),
  isWhole: Type.Boolean(),
  postgresVersion: plain(100),
  schemaVersion: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  identities: Type.Array(plain(600), { maxItems: MOST_IDENTITIES }),
  posts: Count,
  followers: Count,
  following: Count,
  tables: Type.Array(Type.Object(shape), { maxItems: MOST_TABLES }),
})

const Manifest = Type.Object({
  about: About,
  tables: Type.Array(Type.Object({ ...shape, rows: Count, bytes: Count, digest: Sha256 }), {
    maxItems: MOST_TABLES,
  }),
  sequences: Type.Array(
    Type.Object({
      name: DatabaseName,
      value: Type.String({ pattern: '^-?\\d{1,19}$' }),
      isCalled: Type.Boolean(),
    }),
    { maxItems: MOST_TABLES },
  ),
  files: Type.Array(Type.Object({ name: plain(1_024), bytes: Count, sha256: Sha256 }), {
    maxItems: MOST_SECRETS,
  }),
  media: Type.Object({
    files: Count,
    bytes: Count,
    sha256: Sha256,
    missing: Type.Array(plain(1_024), { maxItems: MOST_MISSING }),
  }),
})

const Line = Type.Object({
  key: plain(200),
  bytes: Count,
  object: Type.Union([Type.Null(), Type.String({ pattern: '^media/[0-9a-f]{2}/[0-9a-f]{62}$' })]),
})

/** @throws HomebirdError DOCUMENT_INVALID naming what is not as it has to be */
export function parseAbout(text: Buffer): BackupAbout {
  const raw = jsonOf(ABOUT_ENTRY, text)
  const { format } = (typeof raw === 'object' && raw !== null ? raw : {}) as { readonly format?: unknown }
  if (Number.isInteger(format) && Number(format) > 1)
    throw damaged(`its format is ${Number(format)}, of a newer Homebird`)
  const about = checked(ABOUT_ENTRY, About, raw) as BackupAbout
  if (Number.isNaN(Date.parse(about.madeAt))) throw damaged(`${ABOUT_ENTRY}: madeAt is no moment`)
  if (new Set(about.tables.map(({ name }) => name)).size < about.tables.length)
    throw damaged(`${ABOUT_ENTRY} names a table twice`)
  return about
}

/** @throws HomebirdError DOCUMENT_INVALID naming what is not as it has to be */
export function parseManifest(text: Buffer): BackupManifest {
  return checked(MANIFEST_ENTRY, Manifest, jsonOf(MANIFEST_ENTRY, text)) as BackupManifest
}

/** @param name  of the part of the list. @throws HomebirdError DOCUMENT_INVALID naming what is not as it has to be */
export function parseMediaLine(name: string, text: string): MediaLine {
  const line = checked(name, Line, jsonOf(name, text)) as MediaLine
  if (isContentKey(line.key)) return line
  throw damaged(`${name} has ${JSON.stringify(line.key)}, which is no name of a medium`)
}

function jsonOf(name: string, text: Buffer | string): unknown {
  try {
    return JSON.parse(text.toString('utf8')) as unknown
  } catch (cause) {
    throw damaged(`${name} cannot be read`, cause)
  }
}

function checked(name: string, schema: TSchema, value: unknown): unknown {
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  throw damaged(
    `${name}: ${first?.instancePath.slice(0, 100) ?? ''} ${first?.message ?? 'is not as it has to be'}`,
  )
}

export function damaged(why: string, cause?: unknown): HomebirdError {
  const text = `the backup is damaged: ${why}; take another`
  return new HomebirdError('DOCUMENT_INVALID', text, {
    safe: text,
    ...(cause === undefined ? {} : { cause }),
  })
}
