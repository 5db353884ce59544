/** Changes the profile of an identity. Followers elsewhere are told by Stator. */
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { QuotePolicy, Row, StoredField, Visibility } from '../../db/tables.ts'
import { ownEmojisIn } from '../emojis/own-emojis-in.ts'
import { requestLinkChecks } from '../links/link-checks.ts'
import { tellProfile } from '../moves/move-identity.ts'
import { cleanLine, cleanLines } from '../text/clean-text.ts'
import { composeHtml } from '../text/compose-html.ts'
import { normalizeLanguage } from '../text/language.ts'
import { countCharacters, hashtagKey } from '../text/scan-text.ts'
import { MAX_DISPLAY_NAME_LENGTH } from './identities.ts'
import { hashtagPageUrl, originOfHost } from './own-uris.ts'

/** What a profile may hold; shown to apps, kept here. */
export const PROFILE_LIMITS = {
  displayName: MAX_DISPLAY_NAME_LENGTH,
  bio: 2_000,
  fields: 8,
  fieldName: 255,
  fieldValue: 2_000,
  attributionDomains: 10,
} as const

/** What is left out stays as it is. */
export interface IdentityEdit {
  readonly displayName?: string | undefined
  /** Plain text. */
  readonly bio?: string | undefined
  readonly fields?: readonly { readonly name: string; readonly value: string }[] | undefined
  readonly isLocked?: boolean | undefined
  readonly isBot?: boolean | undefined
  readonly isDiscoverable?: boolean | undefined
  readonly isIndexable?: boolean | undefined
  readonly hidesCollections?: boolean | undefined
  /** Names of hosts, as somebody types them. */
  readonly attributionDomains?: readonly string[] | undefined
  readonly defaultVisibility?: Visibility | undefined
  readonly defaultSensitive?: boolean | undefined
  /** A language tag; empty for none. */
  readonly defaultLanguage?: string | undefined
  readonly defaultQuotePolicy?: QuotePolicy | undefined
}

/**
 * @returns the row as it is after
 * @throws HomebirdError UNPROCESSABLE for what is over a limit
 */
export async function editIdentity(
  tx: Transaction,
  actor: Row<'actors'>,
  edit: IdentityEdit,
): Promise<Row<'actors'>> {
  const origin = originOfHost(actor.host)
  const changes = {
    ...(edit.displayName === undefined ? {} : { display_name: displayNameOf(edit.displayName) }),
    ...(edit.bio === undefined ? {} : bioColumns(origin, edit.bio)),
    ...(edit.fields === undefined
      ? {}
      : { fields: JSON.stringify(fieldsOf(origin, actor.fields, edit.fields)) }),
    ...(edit.isBot === undefined ? {} : { kind: edit.isBot ? 'Service' : 'Person' }),
    ...(edit.defaultLanguage === undefined
      ? {}
      : { default_language: normalizeLanguage(edit.defaultLanguage) }),
    ...(edit.attributionDomains === undefined
      ? {}
      : { attribution_domains: attributionDomainsOf(edit.attributionDomains) }),
    ...flagColumns(edit),
  }
  if (Object.keys(changes).length === 0) return actor
  const row = await tx
    .updateTable('actors')
    .set({ ...changes, ...(await emojiColumn(tx, actor, edit)) })
    .where('id', '=', actor.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (edit.fields !== undefined) await requestLinkChecks(tx, row)
  await tellProfile(tx, actor.id)
  return row
}

/** Of the whole profile as it will be; nothing where no text of it changes. */
async function emojiColumn(tx: Transaction, actor: Row<'actors'>, edit: IdentityEdit) {
  const { displayName, bio, fields } = edit
  if (displayName === undefined && bio === undefined && fields === undefined) return {}
  const former = actor.fields.map(({ name, value, source }) => ({ name, value: source ?? value }))
  const lines = (fields ?? former).flatMap(({ name, value }) => [name, value])
  const texts = [displayName ?? actor.display_name, bio ?? actor.bio_source, ...lines]
  return { emojis: JSON.stringify(await ownEmojisIn(tx, texts)) }
}

function flagColumns(edit: IdentityEdit) {
  return {
    ...(edit.isLocked === undefined ? {} : { is_locked: edit.isLocked }),
    ...(edit.isDiscoverable === undefined ? {} : { is_discoverable: edit.isDiscoverable }),
    ...(edit.isIndexable === undefined ? {} : { is_indexable: edit.isIndexable }),
    ...(edit.hidesCollections === undefined ? {} : { hides_collections: edit.hidesCollections }),
    ...(edit.defaultVisibility === undefined ? {} : { default_visibility: edit.defaultVisibility }),
    ...(edit.defaultQuotePolicy === undefined ? {} : { default_quote_policy: edit.defaultQuotePolicy }),
    ...(edit.defaultSensitive === undefined ? {} : { default_sensitive: edit.defaultSensitive }),
  }
}

function displayNameOf(typed: string): string {
  refuseTooLong('Display name', typed, PROFILE_LIMITS.displayName)
  return cleanLine(typed, PROFILE_LIMITS.displayName)
}

function bioColumns(origin: string, typed: string) {
  refuseTooLong('Note', typed, PROFILE_LIMITS.bio)
  const text = cleanLines(typed, PROFILE_LIMITS.bio * 2).trim()
  return { bio_source: text, bio_html: htmlOf(origin, text) }
}

/** A value that did not change keeps its proof. */
function fieldsOf(
  origin: string,
  former: readonly StoredField[],
  typed: readonly { readonly name: string; readonly value: string }[],
): StoredField[] {
  const fields = typed.filter((field) => field.name.trim() !== '' || field.value.trim() !== '')
  if (fields.length > PROFILE_LIMITS.fields) {
    throw refused(`Fields are ${fields.length} and may be ${PROFILE_LIMITS.fields}`)
  }
  return fields.map((field) => {
    refuseTooLong('Field name', field.name, PROFILE_LIMITS.fieldName)
    refuseTooLong('Field value', field.value, PROFILE_LIMITS.fieldValue)
    const source = cleanLine(field.value, PROFILE_LIMITS.fieldValue)
    const name = cleanLine(field.name, PROFILE_LIMITS.fieldName)
    const same = former.find((one) => one.source === source)
    // One line: a paragraph around it would only be in the way.
    const value = htmlOf(origin, source).replace(/^<p>(.*)<\/p>$/s, '$1')
    return { name, value, source, verifiedAt: same?.verifiedAt ?? null }
  })
}

/** @throws HomebirdError UNPROCESSABLE for what is no name of a host, and for too many */
function attributionDomainsOf(typed: readonly string[]): string[] {
  const hosts = typed.map((text) => text.trim()).filter((text) => text !== '')
  const domains = [...new Set(hosts.map((text) => parseAttributionDomain(text)))]
  if (domains.length <= PROFILE_LIMITS.attributionDomains) return domains
  throw refused(`Attribution domains are ${domains.length} and may be ${PROFILE_LIMITS.attributionDomains}`)
}

/** Addresses of pages stand for their hosts. */
function parseAttributionDomain(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`)
  const host = url?.hostname.replace(/\.$/, '') ?? ''
  if (/^(?=.{3,253}$)(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/.test(host)) return host
  throw refused(`Attribution domains: ${text.slice(0, 60)} is not a valid domain name`)
}

const htmlOf = (origin: string, text: string): string =>
  composeHtml(text, { hashtagUrl: (name) => hashtagPageUrl(origin, hashtagKey(name)) })

function refuseTooLong(what: string, text: string, limit: number): void {
  if (text.length <= limit || countCharacters(text) <= limit) return
  throw refused(`${what} is too long (maximum is ${limit} characters)`)
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
