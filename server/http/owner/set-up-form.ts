/** Reads the form of the first run and says which field is wrong and why, before anything is made. */
import { isAbsolute } from 'node:path'
import type { FieldFlaw, SetUpField, SetUpForm } from '../../contracts/owner-api.ts'
import { borrowedName } from '../../contracts/borrowed-names.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { LEAST_PASSPHRASE } from '../../core/key-lock.ts'
import { parseDomainNames } from '../../domain/owner/domains.ts'
import { findHost } from '../../net/origin.ts'
import { MAX_DISPLAY_NAME_LENGTH, parseUsername } from '../../domain/owner/identities.ts'
import { MIN_PASSWORD_LENGTH } from '../../domain/owner/password.ts'

const MAX_PASSWORD_LENGTH = 1_024

/** @throws HomebirdError UNPROCESSABLE with `details.fields` */
export function checkSetUpForm(form: SetUpForm): void {
  const fields: Partial<Record<SetUpField, FieldFlaw>> = {}
  const note = (field: SetUpField, flaw: FieldFlaw | null): void => {
    if (flaw !== null) fields[field] = flaw
  }
  note('username', usernameFlaw(form.username))
  note('displayName', Array.from(form.displayName).length > MAX_DISPLAY_NAME_LENGTH ? 'too_long' : null)
  note('password', passwordFlaw(form.password))
  note('domain', domainFlaw(form.domain))
  note('serviceDomain', domainFlaw(form.serviceDomain))
  note('passphrase', passphraseFlaw(form.passphrase ?? null))
  note('backupFolder', folderFlaw(form.backupFolder ?? null))
  const names = Object.keys(fields)
  if (names.length === 0) return
  throw new HomebirdError('UNPROCESSABLE', `set-up form: ${names.join(', ')} refused`, {
    details: { fields },
  })
}

/** @throws HomebirdError UNPROCESSABLE with `details.fields` */
export function requireGoodPassword(password: string): void {
  const flaw = passwordFlaw(password)
  if (flaw === null) return
  throw new HomebirdError('UNPROCESSABLE', `the password is refused: ${flaw}`, {
    details: { fields: { password: flaw } },
  })
}

function usernameFlaw(username: string): FieldFlaw | null {
  if (username.trim() === '') return 'missing'
  return isRefused(() => parseUsername(username)) ? 'not_a_username' : null
}

function passwordFlaw(password: string): FieldFlaw | null {
  if (password === '') return 'missing'
  const text = password.normalize('NFKC')
  if (Array.from(text).length < MIN_PASSWORD_LENGTH) return 'too_short'
  return text.length > MAX_PASSWORD_LENGTH ? 'too_long' : null
}

function passphraseFlaw(passphrase: string | null): FieldFlaw | null {
  if (passphrase === null) return null
  const { length } = passphrase.normalize('NFC')
  if (length < LEAST_PASSPHRASE) return 'passphrase_too_short'
  return length > MAX_PASSWORD_LENGTH ? 'too_long' : null
}

const folderFlaw = (folder: string | null): FieldFlaw | null =>
  folder === null || (isAbsolute(folder) && !folder.includes('\0')) ? null : 'not_a_folder'

function domainFlaw(domain: string | null): FieldFlaw | null {
  if (domain === null) return null
  if (domain.trim() === '') return 'missing'
  if (!isRefused(() => parseDomainNames(domain, null))) return null
  const host = findHost(
    domain
      .trim()
      .replace(/^https:\/\//i, '')
      .replace(/\/$/, ''),
  )
  return host !== undefined && borrowedName(host)?.fate === 'mortal' ? 'ends_with_tunnel' : 'not_a_domain'
}

function isRefused(parse: () => unknown): boolean {
  try {
    parse()
    return false
  } catch (error) {
    if (isHomebirdError(error, 'UNPROCESSABLE')) return true
    throw error
  }
}
