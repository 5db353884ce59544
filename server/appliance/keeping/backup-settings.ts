/** What is set for backups, as it counts now, and what follows for each place: what was made there, and what is due. */
import type { BackupsOverview, FixedBackupSetting, PlaceFacts } from '../../contracts/backups.ts'
import type { Conditions } from '../../contracts/child-message.ts'
import type { KeeperOutcome, PlaceWithSecrets } from '../../contracts/keeping.ts'
import {
  OWN_FOLDER,
  type PlaceAddress,
  parsePlaceAddress,
  placeId,
  placeLabel,
  placeText,
} from '../../core/backup-places.ts'
import { timeText } from '../../core/backup-settings.ts'
import type { Config, LoadedConfig } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SecretBox } from '../../core/secret-box.ts'
import { parseSetting } from '../../core/setting-types.ts'
import { SETTINGS } from '../../core/settings.ts'
import type { ApplianceStore } from '../appliance-store.ts'
import { type GroundSources, chosenDataDir, readSettings } from '../ground.ts'
import { asItLies } from './other-disk.ts'
import { type BackupPlan, type PlaceHistory, planBackup, proofDue } from './backup-plan.ts'

interface SettingsNeeds {
  readonly loaded: LoadedConfig
  readonly store: Pick<ApplianceStore, 'saveSetting' | 'removeSetting'>
  readonly sources: GroundSources
  readonly box: SecretBox
  readonly conditions: () => Conditions
  readonly startedAt: number
}

const NAMES = { at: 'backupAt', keep: 'backupKeep', places: 'backupTarget' } as const

export class BackupSettings {
  readonly #needs: SettingsNeeds
  #loaded: LoadedConfig

  constructor(needs: SettingsNeeds) {
    this.#needs = needs
    this.#loaded = needs.loaded
  }

  get config(): Config {
    return this.#loaded.config
  }

  overview(
    outcomes: readonly KeeperOutcome[],
  ): Pick<BackupsOverview, 'at' | 'keep' | 'fixed' | 'places' | 'since'> {
    const { backupAt, backupKeep, backupTarget } = this.config
    return {
      at: backupAt === null ? 'never' : timeText(backupAt),
      keep: backupKeep,
      since: new Date(this.#needs.startedAt).toISOString(),
      fixed: (Object.keys(NAMES) as FixedBackupSetting[]).filter((name) => this.#isFixed(name)),
      places: backupTarget.map((place) => this.#factsOf(place, outcomes)),
    }
  }

  /** Id of the first place where one is due now; null where none is. @throws HomebirdError SETTING_INVALID */
  duePlace(outcomes: readonly KeeperOutcome[]): string | null {
    this.#readAgain()
    const due = this.config.backupTarget.find((place) => this.#planOf(place, outcomes).is === 'due')
    return due === undefined ? null : placeId(due)
  }

  /** The newest backup of the first place whose media are to be read again; null where none is. */
  dueProof(outcomes: readonly KeeperOutcome[]): { readonly place: string; readonly name: string } | null {
    const now = Date.now()
    for (const place of this.config.backupTarget) {
      const id = placeId(place)
      const isOff = !['at', 'due'].includes(this.#planOf(place, outcomes).is)
      const name = isOff || this.#isPutOff(place) ? null : proofDue(outcomesOf(id, outcomes), now)
      if (name !== null) return { place: id, name }
    }
    return null
  }

  /** As the settings are now. @throws HomebirdError NOT_FOUND, SETTING_INVALID */
  placeNamed(name: string | null): PlaceWithSecrets {
    this.#readAgain()
    return placeNamed(this.config.backupTarget, name)
  }

  /** Of the settings alone. @throws HomebirdError NOT_FOUND */
  placeWithSecrets(id: string): PlaceWithSecrets {
    const found = this.config.backupTarget.find((place) => placeId(place) === id)
    if (found === undefined) throw new HomebirdError('NOT_FOUND', `${id} is no place of the settings`)
    return { id, address: placeText(found) }
  }

  /** @throws HomebirdError SETTING_INVALID, UNPROCESSABLE for one that is set outside; nothing is changed then */
  change({ at, keep }: { readonly at?: string | null; readonly keep?: string | null }): void {
    const changes = { at, keep }
    for (const name of ['at', 'keep'] as const) {
      const value = changes[name]
      if (value !== undefined) this.#check(name, value)
    }
    for (const name of ['at', 'keep'] as const) {
      const value = changes[name]
      if (value !== undefined) this.#save(name, value)
    }
    this.#readAgain()
  }

  /** @throws HomebirdError SETTING_INVALID, UNPROCESSABLE */
  async addPlace(address: string): Promise<void> {
    const { env } = SETTINGS.backupTarget
    const given = parseSetting(
      env,
      { name: SETTINGS.backupTarget.type.name, parse: parsePlaceAddress },
      address,
      true,
    )
    const known = this.config.backupTarget
    const place = asKnown(await asItLies(given, chosenDataDir(this.#needs.sources).path), known)
    this.#savePlaces([...this.config.backupTarget.filter((one) => !isSamePlace(one, place)), place])
  }

  /** The last one cannot be taken away, only exchanged. @throws HomebirdError NOT_FOUND, UNPROCESSABLE */
  removePlace(id: string): void {
    this.placeWithSecrets(id)
    const left = this.config.backupTarget.filter((place) => placeId(place) !== id)
    this.#savePlaces(left.length === 0 ? [OWN_FOLDER] : left)
  }

  #savePlaces(places: readonly PlaceAddress[]): void {
    const text = JSON.stringify(places.map(placeText))
    this.#check('places', text)
    this.#save('places', text)
    this.#readAgain()
  }

  #isFixed(name: FixedBackupSetting): boolean {
    const origin = this.#loaded.origins[NAMES[name]]
    return 'variable' in origin || origin.from === 'command line'
  }

  #check(name: FixedBackupSetting, value: string | null): void {
    const { env, type } = SETTINGS[NAMES[name]]
    if (this.#isFixed(name)) {
      const why = `${env} is set outside this window, where Homebird is started; change it there`
      throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
    }
    if (value !== null) parseSetting<unknown>(env, type, value, name === 'places')
  }

  #save(name: FixedBackupSetting, value: string | null): void {
    const { store } = this.#needs
    if (value === null) store.removeSetting(NAMES[name])
    else store.saveSetting(NAMES[name], value)
  }

  #readAgain(): void {
    this.#loaded = readSettings(this.#needs.sources, this.#needs.box).loaded
  }

  /** Reading everything back costs as much as a backup. */
  #isPutOff({ kind }: PlaceAddress): boolean {
    const { isOnBattery, isMetered } = this.#needs.conditions()
    return isOnBattery || (kind !== 'folder' && isMetered === true)
  }

  #planOf(place: PlaceAddress, outcomes: readonly KeeperOutcome[]): BackupPlan {
    return planBackup(historyOf(placeId(place), outcomes), {
      now: Date.now(),
      startedAt: this.#needs.startedAt,
      atMinutes: this.config.backupAt,
      conditions: this.#needs.conditions(),
      isFar: place.kind !== 'folder',
    })
  }

  #factsOf(place: PlaceAddress, outcomes: readonly KeeperOutcome[]): PlaceFacts {
    const id = placeId(place)
    const ofIt = outcomesOf(id, outcomes)
    const failed = failedSince(ofIt)
    const plan = this.#planOf(place, outcomes)
    return {
      id,
      kind: place.kind,
      label: placeLabel(place),
      isOwn: place.kind === 'folder' && place.path === null,
      isOtherDisk: place.kind === 'folder' && place.isOtherDisk,
      lastMadeAt: ofIt.find(isDone('backup'))?.startedAt ?? null,
      lastCheckedAt: ofIt.find(isDone('verify'))?.endedAt ?? null,
      failures: failed.length,
      failure: failed[0]?.message ?? null,
      nextAt: plan.is === 'at' ? new Date(plan.moment).toISOString() : null,
      waitsFor: plan.is === 'waiting' ? plan.for : null,
    }
  }
}

/** Whether this machine makes any by itself, as it is set whenever that is asked. */
export function asksForBackups(
  { loaded, seal }: { readonly loaded: LoadedConfig; readonly seal: { readonly box: SecretBox } },
  sources: GroundSources,
): () => boolean {
  let isSet = loaded.config.backupAt !== null
  return () => {
    try {
      isSet = readSettings(sources, seal.box).loaded.config.backupAt !== null
    } catch {
      // What is wrong with the settings is told where a backup is due; until it is mended what was known stands.
    }
    return isSet
  }
}

/** A folder is one place, whether it is said to lie on a disk of its own or not. */
function isSamePlace(one: PlaceAddress, other: PlaceAddress): boolean {
  if (one.kind === 'folder' && other.kind === 'folder') return one.path === other.path
  return placeId(one) === placeId(other)
}

/** A folder of another disk stays one: while the disk is away nothing is to be written where it would be. */
function asKnown(place: PlaceAddress, known: readonly PlaceAddress[]): PlaceAddress {
  const former = known.find((one) => isSamePlace(one, place))
  const isOfDisk = former?.kind === 'folder' && former.isOtherDisk
  return isOfDisk && place.kind === 'folder' ? { ...place, isOtherDisk: true } : place
}

const outcomesOf = (id: string, outcomes: readonly KeeperOutcome[]): KeeperOutcome[] =>
  outcomes.filter(({ place }) => place === id)

const isDone =
  (task: KeeperOutcome['task']) =>
  (outcome: KeeperOutcome): boolean =>
    outcome.task === task && outcome.result === 'done'

/** Newest first. A backup whose own proof has refuted it is none. */
function lastGoodOf(ofPlace: readonly KeeperOutcome[]): number {
  return ofPlace.findIndex((outcome, at) => {
    const after = ofPlace[at - 1]
    const isRefuted =
      after?.task === 'verify' &&
      after.result === 'failed' &&
      after.isRefuted !== false &&
      after.subject === outcome.subject
    return isDone('backup')(outcome) && !isRefuted
  })
}

function failedSince(ofPlace: readonly KeeperOutcome[]): KeeperOutcome[] {
  const lastGood = lastGoodOf(ofPlace)
  const since = lastGood === -1 ? ofPlace : ofPlace.slice(0, lastGood)
  return since.filter(({ task, result }) => (task === 'backup' || task === 'verify') && result === 'failed')
}

function historyOf(id: string, outcomes: readonly KeeperOutcome[]): PlaceHistory {
  const ofIt = outcomesOf(id, outcomes)
  const cancelled = ofIt.find(
    ({ task, result, message }) => task === 'backup' && result === 'cancelled' && message === null,
  )
  const momentOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text))
  return {
    doneAt: momentOf(ofIt[lastGoodOf(ofIt)]?.startedAt),
    failedAt: failedSince(ofIt).map(({ endedAt }) => Date.parse(endedAt)),
    cancelledAt: momentOf(cancelled?.startedAt),
  }
}

/**
 * Called by its id or as it is shown to people; what is no place of the settings may be an address. Null is the first.
 * @throws HomebirdError NOT_FOUND
 */
export function placeNamed(places: readonly PlaceAddress[], name: string | null): PlaceWithSecrets {
  const found =
    name === null ? places[0] : places.find((one) => [placeId(one), placeLabel(one)].includes(name))
  try {
    const place = found ?? parsePlaceAddress(name ?? 'own')
    return { id: placeId(place), address: placeText(place) }
  } catch (cause) {
    const known = places.map((place) => `${placeLabel(place)} (${placeId(place)})`).join(', ')
    const why = `there is no place for backups of that name; known are ${known}. Give one of them, or the absolute path of a folder`
    throw new HomebirdError('NOT_FOUND', why, { safe: why, cause })
  }
}
