/** `secrets/seal.json`: how the owner wants the secrets of this home kept, and the key that seals them, itself sealed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'

export const SEAL_FILE = 'seal.json'
const VERSION = 1

export interface SealState {
  /** What the owner has chosen; a home is sealed wherever it can be until something else is chosen. */
  readonly wish: 'sealed' | 'plain'
  /** Sealed by the keychain, as base64; null where nothing is sealed. */
  readonly key: string | null
  /** Settings that were given up with a lost key, and without which another home would be made. */
  readonly lost: readonly SettingName[]
}

export const NOT_SEALED: SealState = { wish: 'sealed', key: null, lost: [] }

/** @throws HomebirdError SECRETS_SEALED for one that cannot be understood: what it says is not guessed */
export function readSealState(dir: Pick<DataDir, 'secrets'>): SealState {
  const path = join(dir.secrets, SEAL_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NOT_SEALED
    throw error
  }
  const state = parse(text)
  if (state !== null) return state
  throw new HomebirdError(
    'SECRETS_SEALED',
    `${path} says how the secrets of this home are sealed, and is damaged or of a newer Homebird; take the folder secrets back from a copy (homebird copies), or give the sealed secrets up with: homebird secrets renew --confirm`,
  )
}

function parse(text: string): SealState | null {
  try {
    const { version, wish, key, lost } = JSON.parse(text) as Readonly<Record<string, unknown>>
    const isKey = key === null || (typeof key === 'string' && key !== '')
    if (version !== VERSION || (wish !== 'sealed' && wish !== 'plain') || !isKey) return null
    return { wish, key, lost: Array.isArray(lost) ? (lost as SettingName[]) : [] }
  } catch {
    return null // the caller says what it means
  }
}

export function writeSealState(dir: DataDir, state: SealState): void {
  writeFileAtomically(
    join(dir.secrets, SEAL_FILE),
    `${JSON.stringify({ version: VERSION, ...state })}\n`,
    0o600,
  )
}

/** Without them the next start would make a new, empty home, or one without its files. */
export const NEEDED_SETTINGS: readonly SettingName[] = ['databaseUrl', 'mediaBackend']

/**
 * A home whose database or files were elsewhere is not started as if they had never been.
 * @param isGiven  whether the setting has a value of its own now
 * @throws HomebirdError SETTING_INVALID
 */
export function requireLostSettings(
  lost: readonly SettingName[],
  isGiven: (name: SettingName) => boolean,
): void {
  for (const name of lost) {
    if (!NEEDED_SETTINGS.includes(name) || isGiven(name)) continue
    const without =
      name === 'databaseUrl'
        ? 'an empty value means the embedded database'
        : '"local" means the folder of the home'
    throw new HomebirdError(
      'SETTING_INVALID',
      `${SETTINGS[name].env} was lost with the key that sealed it; give it again with: homebird config set ${name} (${without})`,
    )
  }
}
