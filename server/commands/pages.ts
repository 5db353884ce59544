/** `homebird pages …`: what strangers find on the public pages, and which crawlers are asked to stay away. */
import type { PageSwitches } from '../contracts/owner-api.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Actor, getActor, listIdentities } from '../domain/actors/actor.ts'
import { isAgentName, readCrawlerRules, setCrawlerRules } from '../domain/owner/crawler-rules.ts'
import { pageSwitchesOf, setPageSwitches } from '../domain/owner/page-switches.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export interface PagesOptions extends CommonOptions {
  readonly feeds?: string
  readonly search?: string
  readonly counts?: string
  readonly follows?: string
}

export interface CrawlerOptions extends CommonOptions {
  readonly ai?: string
  readonly deny?: readonly string[]
  /** Takes the further names away. */
  readonly none?: boolean
}

/**
 * Shows the switches of an identity, or of all; sets those that are named.
 * @throws HomebirdError USAGE for a word that is neither on nor off, NOT_FOUND for a name that is not of this home
 */
export async function showOrSetPages(name: string | undefined, options: PagesOptions): Promise<ExitCode> {
  const edit = editFrom(options)
  return withHome(options, async (db, io) => {
    const named = await identitiesNamed(db, name)
    if (Object.keys(edit).length > 0) {
      await inTransaction(db, async (tx) => {
        for (const { id } of named) await setPageSwitches(tx, id, edit)
      })
    }
    for (const { id } of named) tellSwitches(io, await getActor(db, id))
  })
}

/** @throws HomebirdError USAGE for anything but names of crawlers */
export async function showOrSetCrawlers(options: CrawlerOptions): Promise<ExitCode> {
  const { ai, deny, none } = options
  const wrong = deny?.find((agent) => !isAgentName(agent))
  if (wrong !== undefined) {
    throw new HomebirdError('USAGE', `${JSON.stringify(wrong)} is no name of a crawler, such as NosyBot`)
  }
  const edit = {
    ...(ai === undefined ? {} : { deniesAiCrawlers: parseWord('--ai', ai, ['deny', 'allow']) === 'deny' }),
    ...(deny === undefined ? {} : { extraDeniedAgents: deny }),
    ...(none === true ? { extraDeniedAgents: [] } : {}),
  }
  return withHome(options, async (db, io) => {
    if (Object.keys(edit).length > 0) {
      await inTransaction(db, async (tx) => setCrawlerRules(tx, edit, systemClock.now()))
    }
    const rules = await readCrawlerRules(db)
    io.put(rules)
    const { deniesAiCrawlers, extraDeniedAgents: extra } = rules
    io.say(
      `Crawlers that gather texts for language models are ${deniesAiCrawlers ? 'asked to stay away' : 'let in'}.`,
    )
    if (extra.length > 0) io.say(`So are asked: ${extra.join(', ')}.`)
  })
}

function editFrom({ feeds, search, counts, follows }: PagesOptions): Partial<PageSwitches> {
  return {
    ...(feeds === undefined ? {} : { hasFeeds: isOn('--feeds', feeds) }),
    ...(search === undefined ? {} : { offersSearch: isOn('--search', search) }),
    ...(counts === undefined ? {} : { showsCounts: isOn('--counts', counts) }),
    ...(follows === undefined ? {} : { showsFollows: isOn('--follows', follows) }),
  }
}

const isOn = (option: string, word: string): boolean => parseWord(option, word, ['on', 'off']) === 'on'

function parseWord<const Word extends string>(option: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw new HomebirdError('USAGE', `${option} is ${JSON.stringify(given)} and must be ${words.join(' or ')}`)
}

/** @param name  `ana`, of several the oldest, or the whole handle; all identities where none is given */
async function identitiesNamed(db: Database, name: string | undefined): Promise<Actor[]> {
  const all = await listIdentities(db)
  if (name === undefined) return all
  const wanted = name.replace(/^@/, '').toLowerCase()
  const named = all.find(({ username, handle_domain: domain }) =>
    wanted.includes('@') ? wanted === `${username}@${domain}` : wanted === username,
  )
  if (named !== undefined) return [named]
  throw new HomebirdError(
    'NOT_FOUND',
    `${JSON.stringify(name)} is no identity of this home; homebird identity list shows them`,
  )
}

function tellSwitches(io: CommandIo, identity: Actor): void {
  const handle = `@${identity.username}@${identity.handle_domain}`
  const switches = pageSwitchesOf(identity)
  io.put({ handle, ...switches })
  const word = (isSet: boolean): string => (isSet ? 'on' : 'off')
  const { hasFeeds, offersSearch, showsCounts, showsFollows } = switches
  io.say(
    `${handle}  feeds ${word(hasFeeds)}, search ${word(offersSearch)}, counts ${word(showsCounts)}, follows ${word(showsFollows)}`,
  )
}
