/** Gives the keeper what it needs of the supervisor: the home's folder, its secrets, its database, where outcomes are kept. */
import { type ChildReport, type DatabaseConnection, USUAL_CONDITIONS } from '../../contracts/child-message.ts'
import {
  type PlaceAddress,
  parsePlaceAddress,
  placeId,
  placeLabel,
  placeText,
} from '../../core/backup-places.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Child } from '../child.ts'
import { type Ground, type GroundSources, readSettings } from '../ground.ts'
import { ADMIN_SECRET } from '../postgres-files.ts'
import { ADMIN_ROLE } from '../postgres-provision.ts'
import { readSecret } from '../secrets.ts'
import { KeeperPart } from './keeper-part.ts'

export type { KeeperPart } from './keeper-part.ts'

/** One writes, one looks on, one proves. */
const CONNECTIONS = 3

interface KeeperSources {
  readonly launch: () => Child
  /** @throws HomebirdError DATABASE_UNREACHABLE while it does not run */
  readonly connection: () => DatabaseConnection
  readonly notice: (level: 'info' | 'warn' | 'error', message: string) => void
}

export function openKeeperPart(
  { dir, loaded, secrets, seal, store }: Pick<Ground, 'dir' | 'loaded' | 'secrets' | 'seal' | 'store'>,
  sources: GroundSources,
  { launch, connection, notice }: KeeperSources,
): KeeperPart {
  return new KeeperPart({
    launch,
    notice,
    secrets,
    store,
    // As they are kept now: places are changed while the home runs.
    placeOf: (name) => placeNamed(readSettings(sources, seal.box).loaded.config.backupTarget, name),
    admin: () => adminOf({ secrets, loaded }, connection()),
    startMessage: (job) => ({
      type: 'start',
      role: 'keeper',
      index: 0,
      dataDir: dir.path,
      settings: { ...loaded.config, tunnelToken: '', backupTarget: [] },
      database: connection(),
      connections: CONNECTIONS,
      publicListen: null,
      privateListen: null,
      oneTimeKeyHash: null,
      windowDir: null,
      waysIn: [],
      vantage: null,
      decoderSocket: null,
      conditions: USUAL_CONDITIONS,
      secretsKey: seal.box.key,
      home: null,
      job,
    }),
  })
}

type KeeperReport = Extract<ChildReport, { readonly kind: 'keeping' | 'kept' }>

export function isOfKeeper(report: ChildReport): report is KeeperReport {
  return report.kind === 'keeping' || report.kind === 'kept'
}

/**
 * Called by its id or as it is shown to people; what is no place of the settings may be an address.
 * @throws HomebirdError NOT_FOUND
 */
export function placeNamed(places: readonly PlaceAddress[], name: string | null): string {
  const found =
    name === null ? places[0] : places.find((one) => [placeId(one), placeLabel(one)].includes(name))
  try {
    return placeText(found ?? parsePlaceAddress(name ?? 'own'))
  } catch (cause) {
    const known = places.map(placeLabel).join(', ')
    const why = `there is no place for backups of that name; known are ${known}. Give one of them, or the absolute path of a folder`
    throw new HomebirdError('NOT_FOUND', why, { safe: why, cause })
  }
}

/** Those who own the embedded cluster may make a database; of another's, the account of the home has to. */
function adminOf(
  { secrets, loaded }: Pick<Ground, 'secrets' | 'loaded'>,
  home: DatabaseConnection,
): DatabaseConnection | null {
  const password = loaded.config.databaseUrl === null ? readSecret(secrets, ADMIN_SECRET) : null
  return password === null ? null : { ...home, user: ADMIN_ROLE, password, database: 'postgres' }
}
