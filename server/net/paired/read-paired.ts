/** What another computer says of the home that it offers: shown on a terminal and written down, so nothing is taken as it comes. */
import type { OfferedHome, Paired } from '../../contracts/hand-over.ts'
import { HomebirdError } from '../../core/errors.ts'

const MOST_LETTERS = 200
const MOST_IDENTITIES = 1_000

/** @throws HomebirdError UNAVAILABLE for what is no answer of a home */
export function readPaired(answer: unknown): Paired {
  const { ticket, key, home } = fieldsOf(answer)
  if (typeof ticket !== 'string' || !/^[\w-]{16,100}$/.test(ticket)) throw unreadable('ticket')
  if (typeof key !== 'string' || !/^[\w+/=-]{16,200}$/.test(key)) throw unreadable('key')
  return { ticket, key, home: readHome(fieldsOf(home)) }
}

function readHome(home: Readonly<Record<string, unknown>>): OfferedHome {
  const { name, madeBy, identities } = home
  if (!Array.isArray(identities) || identities.length > MOST_IDENTITIES) throw unreadable('identities')
  return {
    name: textOf('name', name) || 'another computer',
    madeBy: textOf('madeBy', madeBy),
    schemaVersion: countOf('schemaVersion', home['schemaVersion']),
    identities: identities.map((identity) => textOf('identities', identity)),
    posts: countOf('posts', home['posts']),
    followers: countOf('followers', home['followers']),
    following: countOf('following', home['following']),
    bytes: countOf('bytes', home['bytes']),
  }
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** Nothing that moves a cursor or turns the direction of writing. */
function textOf(what: string, value: unknown): string {
  if (typeof value !== 'string') throw unreadable(what)
  return value
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MOST_LETTERS)
}

function countOf(what: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw unreadable(what)
}

function unreadable(what: string): HomebirdError {
  const why = `the answer of the other home cannot be read: its "${what}" is missing or is not what it should be; both computers need a Homebird that knows hand-over`
  return new HomebirdError('UNAVAILABLE', why, { safe: why })
}
