/** Gives sealed secrets up whose key is lost, and says what is made anew by itself and what has to be given again. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomically } from '../core/atomic-file.ts'
import { type DataDir, createRooms, inspectDataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { isSealed } from '../core/secret-box.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'
import { openApplianceStore } from './appliance-store.ts'
import { finishExchange } from './copies/change-places.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { type GroundSources, chosenDataDir } from './ground.ts'
import { ADMIN_SECRET, HOME_SECRET } from './postgres-files.ts'
import { NEEDED_SETTINGS, NOT_SEALED, SEAL_FILE, readSealState, writeSealState } from './seal-file.ts'
import { GIVEN_UP, secretFiles } from './seal.ts'

export interface GivenUp {
  /** Where it lies, should the keychain come back. Null when nothing was sealed. */
  readonly keptIn: string | null
  readonly secrets: readonly {
    readonly name: string
    readonly isMadeAnew: boolean
    readonly what: string
  }[]
}

/**
 * Nothing is deleted: what cannot be opened is moved aside.
 * @throws HomebirdError DATA_DIR_LOCKED while the home runs, NOT_RUNNING where there is no home
 */
export function renewSecrets(sources: GroundSources, now: Date): GivenUp {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  if (!existsSync(dir.lockFile))
    throw new HomebirdError('NOT_RUNNING', `there is no home in ${dir.path}; make one with: homebird serve`)
  const lock = lockDataDir(dir)
  try {
    finishExchange(dir)
    createRooms(dir)
    return giveUp(dir, now)
  } finally {
    lock.release()
  }
}

function giveUp(dir: DataDir, now: Date): GivenUp {
  const aside = join(dir.secrets, `${GIVEN_UP}${now.toISOString().replaceAll(/[:.]/g, '-')}`)
  const files = secretFiles(dir.secrets).filter((name) => isSealed(readFileSync(join(dir.secrets, name))))
  const store = openApplianceStore(dir)
  try {
    const settings = store.sealedSettings()
    const hasKey = existsSync(join(dir.secrets, SEAL_FILE))
    if (files.length === 0 && settings.size === 0 && !hasKey) return { keptIn: null, secrets: [] }
    mkdirSync(aside, { recursive: true, mode: 0o700 })
    writeFileAtomically(join(aside, 'settings.json'), JSON.stringify(Object.fromEntries(settings)), 0o600)
    for (const name of files) {
      mkdirSync(dirname(join(aside, name)), { recursive: true, mode: 0o700 })
      renameSync(join(dir.secrets, name), join(aside, name))
    }
    for (const name of settings.keys()) store.removeSetting(name)
    const lost = [...lostBefore(dir), ...settings.keys()].filter((name) => NEEDED_SETTINGS.includes(name))
    if (hasKey) copyFileSync(join(dir.secrets, SEAL_FILE), join(aside, SEAL_FILE))
    // Last: as long as the key is there, an interrupted renewal is gone on with by the next.
    writeSealState(dir, { ...NOT_SEALED, lost })
    return { keptIn: aside, secrets: [...files.map(ofFile), ...[...settings.keys()].map(ofSetting)] }
  } finally {
    store.close()
  }
}

/** A damaged state names none; what it says of the key is of no use any more. */
function lostBefore(dir: DataDir): readonly SettingName[] {
  try {
    return readSealState(dir).lost
  } catch {
    return []
  }
}

type Secret = GivenUp['secrets'][number]

function ofFile(name: string): Secret {
  const anew = (what: string): Secret => ({ name, isMadeAnew: true, what })
  if (name === ADMIN_SECRET || name === HOME_SECRET)
    return anew('a password of the embedded database: it is replaced at the next start, nothing is lost')
  if (name.startsWith('certificates/'))
    return anew('a certificate or its account: it is got again at the next start')
  if (name === 'tunnel_mapping') return anew('what your router knows this home by: it is made anew')
  if (name === 'tunnel_ed25519')
    return anew(
      'the key of the way in by SSH: another is made; let it in at your server as you did with the first (homebird tunnel shows it)',
    )
  if (name === 'tunnel-token')
    return {
      name,
      isMadeAnew: false,
      what: 'the token of the way in; give it again with: homebird tunnel set tunnelToken',
    }
  return { name, isMadeAnew: false, what: 'not known to this version; it lies where the others are kept' }
}

function ofSetting(name: SettingName): Secret {
  const { env } = SETTINGS[name]
  return { name, isMadeAnew: false, what: `${env}; give it again with: homebird config set ${name}` }
}
