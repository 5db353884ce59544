/** The answers of the first run so far, so that Back, a reload or a crash lose none. What opens something is never kept. */
import type { SetUpField, SetUpForm } from '../../server/contracts/owner-api.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'

export const SET_UP_STEPS = ['welcome', 'you', 'address', 'safe', 'check'] as const
export type SetUpStep = (typeof SET_UP_STEPS)[number]

/** How others get from the address to this computer; the words of the last step depend on it. */
export const ADDRESS_WAYS = ['mine', 'server', 'tunnel'] as const
export type AddressWay = (typeof ADDRESS_WAYS)[number]

export function isAddressWay(value: unknown): value is AddressWay {
  return ADDRESS_WAYS.some((way) => way === value)
}

export interface SetUpAnswers {
  readonly step: SetUpStep
  readonly displayName: string
  readonly username: string
  readonly password: string
  readonly hasDomain: boolean
  /** Counts with a domain only. */
  readonly way: AddressWay
  readonly domain: string
  /** Where another name serves the domain of the handle; empty where none does. */
  readonly serviceDomain: string
  /** A `data:` address, until the home has it. */
  readonly picture: string | null
  /** It counts once it is kept on paper or as a file. Neither it nor the passphrase is kept here. */
  readonly recoveryCode: string
  readonly isCodeKept: boolean
  readonly passphrase: string
  /** Where backups go beside this home; empty for nowhere. */
  readonly backupFolder: string
}

const KEY = 'homebird.set-up'

export const FIRST_ANSWERS: SetUpAnswers = {
  step: 'welcome',
  displayName: '',
  username: '',
  password: '',
  hasDomain: false,
  way: 'mine',
  domain: '',
  serviceDomain: '',
  picture: null,
  recoveryCode: '',
  isCodeKept: false,
  passphrase: '',
  backupFolder: '',
}

/** A reload without the password goes on where the password is asked for. */
export function readAnswers(storage: KeyValueStorage): SetUpAnswers {
  const stored = readStored(storage, KEY)
  if (typeof stored !== 'object' || stored === null) return FIRST_ANSWERS
  const { step, displayName, username, hasDomain, way, domain, serviceDomain, picture, backupFolder } =
    stored as Partial<SetUpAnswers>
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    ...FIRST_ANSWERS,
    step: step === 'welcome' || step === undefined ? 'welcome' : 'you',
    displayName: text(displayName),
    username: text(username),
    hasDomain: hasDomain === true,
    way: isAddressWay(way) ? way : 'mine',
    domain: text(domain),
    serviceDomain: text(serviceDomain),
    picture: typeof picture === 'string' && picture.startsWith('data:image/') ? picture : null,
    backupFolder: text(backupFolder),
  }
}

export function keepAnswers(storage: KeyValueStorage, answers: SetUpAnswers): void {
  const { password: _, recoveryCode: _code, isCodeKept: _kept, passphrase: _words, ...kept } = answers
  writeStored(storage, KEY, kept)
}

/** The home was made and its checks were not left yet: a crash meanwhile comes back to them. */
export function isSetUpUnfinished(storage: KeyValueStorage): boolean {
  const stored = readStored(storage, KEY)
  return typeof stored === 'object' && stored !== null && Reflect.get(stored, 'step') === 'check'
}

export function forgetAnswers(storage: KeyValueStorage): void {
  writeStored(storage, KEY, null)
}

export function formFromAnswers(answers: SetUpAnswers): SetUpForm {
  return {
    username: answers.username,
    displayName: answers.displayName,
    password: answers.password,
    domain: answers.hasDomain ? answers.domain : null,
    serviceDomain: answers.hasDomain && answers.serviceDomain.trim() !== '' ? answers.serviceDomain : null,
    ...backupsFromAnswers(answers),
  }
}

function backupsFromAnswers({ recoveryCode, isCodeKept, passphrase, backupFolder }: SetUpAnswers) {
  const folder = backupFolder.trim()
  return {
    recoveryCode: isCodeKept ? recoveryCode : null,
    passphrase: passphrase === '' ? null : passphrase,
    backupFolder: folder === '' ? null : folder,
  }
}

/** Where a field is corrected. */
export function stepOfField(field: SetUpField): SetUpStep {
  switch (field) {
    case 'domain':
    case 'serviceDomain':
      return 'address'
    case 'recoveryCode':
    case 'passphrase':
    case 'backupFolder':
      return 'safe'
    case 'username':
    case 'displayName':
    case 'password':
      return 'you'
  }
}

/** A first guess at a user name from the display name: `Ana Müller` gives `ana_muller`. */
export function usernameFrom(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 30)
}
