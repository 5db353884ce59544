/** What the window can tell about a field before the home is asked; the home has the last word, by the same rules. */
import { borrowedName } from '../../../server/contracts/borrowed-names.ts'
import type { FieldFlaw } from '../../../server/contracts/owner-api.ts'

export type FieldName = 'username' | 'password' | 'domain'

const MIN_PASSWORD_LENGTH = 10
const USERNAME = /^[a-z0-9_]{1,30}$/
const DOMAIN =
  /^(?=.{1,253}$)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}(?::\d{1,5})?$/u

export function flawOfField(field: FieldName, value: string): FieldFlaw | null {
  if (value.trim() === '') return 'missing'
  switch (field) {
    case 'username':
      return USERNAME.test(value.trim()) ? null : 'not_a_username'
    case 'password':
      return Array.from(value.normalize('NFKC')).length < MIN_PASSWORD_LENGTH ? 'too_short' : null
    case 'domain':
      if (borrowedName(bareDomain(value))?.fate === 'mortal') return 'ends_with_tunnel'
      return DOMAIN.test(bareDomain(value)) ? null : 'not_a_domain'
  }
}

/** People paste addresses: `https://Home.Example/` names `home.example`. */
export function bareDomain(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^@/, '')
    .replace(/\/.*$/, '')
}
