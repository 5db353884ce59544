/** What the owner says about the home: title, description, pages. Kept in the database, so that every process tells the same. */
import type { HomeTexts } from '../../contracts/home-texts.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { cleanLine, cleanLines } from '../text/clean-text.ts'
import { composeHtml } from '../text/compose-html.ts'

const KEY = 'home_texts'

export const HOME_TEXT_LIMITS = { title: 100, description: 500, page: 50_000, email: 254 } as const

const NOTHING_SAID: HomeTexts = {
  title: '',
  description: '',
  about: '',
  privacyPolicy: '',
  termsOfService: '',
  contactEmail: '',
  showsPeers: true,
  showsDomainBlocks: false,
}

export interface StoredHomeTexts extends HomeTexts {
  /** Null where the owner has said nothing yet. */
  readonly changedAt: Date | null
}

/** One statement. What is not understood counts as not said. */
export async function readHomeTexts(db: Querier): Promise<StoredHomeTexts> {
  const row = await db
    .selectFrom('home_settings')
    .select(['value', 'changed_at'])
    .where('key', '=', KEY)
    .executeTakeFirst()
  const given = (row?.value ?? {}) as Readonly<Record<string, unknown>>
  const known = Object.entries(NOTHING_SAID).map(([name, fallback]: [string, unknown]) => {
    const value = given[name]
    return [name, typeof value === typeof fallback ? value : fallback]
  })
  return { ...(Object.fromEntries(known) as HomeTexts), changedAt: row?.changed_at ?? null }
}

/**
 * @param edit  what is left out stays as it is
 * @throws HomebirdError UNPROCESSABLE for an address that is none; texts over their limit are cut
 */
export async function editHomeTexts(tx: Transaction, edit: Partial<HomeTexts>, now: Date): Promise<void> {
  const { changedAt: _, ...before } = await readHomeTexts(tx)
  const value = JSON.stringify(cleaned({ ...before, ...edit }))
  const stored = { value, changed_at: now }
  await tx
    .insertInto('home_settings')
    .values({ key: KEY, ...stored })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(stored))
    .execute()
}

function cleaned(texts: HomeTexts): HomeTexts {
  const page = (text: string): string => cleanLines(text, HOME_TEXT_LIMITS.page).trim()
  return {
    title: cleanLine(texts.title, HOME_TEXT_LIMITS.title).trim(),
    description: cleanLine(texts.description, HOME_TEXT_LIMITS.description).trim(),
    about: page(texts.about),
    privacyPolicy: page(texts.privacyPolicy),
    termsOfService: page(texts.termsOfService),
    contactEmail: emailOf(texts.contactEmail),
    showsPeers: texts.showsPeers,
    showsDomainBlocks: texts.showsDomainBlocks,
  }
}

function emailOf(typed: string): string {
  const email = typed.trim()
  if (email === '' || (email.length <= HOME_TEXT_LIMITS.email && /^[^\s@<>"]+@[^\s@<>"]+$/.test(email)))
    return email
  const flaw = 'Contact email is not an e-mail address'
  throw new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}

const DESCRIPTION = 'A home in the fediverse that belongs to one person and runs on their own computer.'
const PRIVACY = `This home belongs to one person. It keeps what its owner writes, and what other servers send to its owner.

Public posts are public. Other posts go to those they are addressed to. No visitor is tracked and nothing is sold.`

const TERMS =
  'This home serves one person, its owner. Nobody else has an account here, so there is nothing that anybody must agree to.'

/** With what is true of every home where the owner has said nothing. */
export const spokenTexts = (texts: HomeTexts) => ({
  description: texts.description || DESCRIPTION,
  about: texts.about || texts.description || DESCRIPTION,
  privacyPolicy: texts.privacyPolicy || PRIVACY,
  termsOfService: texts.termsOfService || TERMS,
})

/** Paragraphs and links; a hashtag is a word like any other. */
export const pageHtml = (text: string): string => composeHtml(text)
