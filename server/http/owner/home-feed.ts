/**
 * Tells open feeds what a shell shows of the home: hears of changes by NOTIFY, looks by itself now and then, and reads once
 * what it tells to all of them. One step after the other, so that nothing overtakes.
 */
import {
  type HomeNotice,
  type HomeSummary,
  MOST_COUNTED,
  MOST_SINGLE_NOTICES,
} from '../../contracts/home-feed.ts'
import { describeError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { isAlarming } from '../../domain/edges/edge.ts'
import {
  findHomeNotices,
  findMissedNotices,
  newestNotificationId,
} from '../../domain/notifications/home-notices.ts'
import {
  countAllUnread,
  listIdentityIds,
  reachOf,
  readAbsenceNews,
  readLastProof,
} from '../../domain/owner/home-summary.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import { readPreferences } from '../../domain/owner/preferences.ts'
import { activePause, readSwitches } from '../../domain/owner/switches.ts'
import type { Api } from '../client-api/api.ts'
import type { HttpContext } from '../http-context.ts'
import { BackupLook } from './backup-care.ts'
import type { EventReply } from '../plugins/event-reply.ts'
import { parseNotice } from '../streaming/notice-log.ts'

/** What nobody tells of, such as a proof from outside, is seen this soon. */
const LOOK_EVERY_MS = 15_000
const PING_MS = 15_000
/** Of `changed`. */
const SHOWN: ReadonlySet<string> = new Set(['settings', 'edges', 'domains', 'markers'])

export class HomeFeed {
  readonly #api: Api
  readonly #readers = new Set<EventReply>()
  readonly #leave: Array<() => void> = []
  #line: Promise<void> = Promise.resolve()
  #isLooking = false
  #told = ''
  #hasConnected = false
  #joining = 0
  readonly #backups: BackupLook

  constructor(api: Api) {
    this.#api = api
    this.#backups = new BackupLook(api.context)
    const { listener } = api.context
    const look = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
    const ping = setInterval(() => this.#write(':thump\n'), PING_MS).unref()
    this.#leave.push(
      () => clearInterval(look),
      () => clearInterval(ping),
      listener.subscribe('stream', {
        onNotification: (payload) => this.#hear(payload),
        onConnected: () => this.#connected(),
      }),
      listener.subscribe('changed', {
        onNotification: (what) => {
          if (SHOWN.has(what)) this.#look()
        },
      }),
    )
  }

  get size(): number {
    return this.#readers.size
  }

  /** What comes while somebody joins is theirs too: it stands in line behind their joining. */
  get #isRead(): boolean {
    return this.#readers.size + this.#joining > 0
  }

  /** @param place  id of the notice that the reader saw last; null for one that begins */
  add(reader: EventReply, place: string | null): void {
    this.#joining += 1
    this.#inLine(async () => {
      try {
        const summary = JSON.stringify(await readSummary(this.#api.context, this.#backups))
        const newest = await newestNotificationId(this.#api.context.db)
        const from = place !== null && isRowId(place) ? place : newest
        reader.write(`event: home\nid: ${from}\ndata: ${summary}\n\n`)
        if (from !== newest) await this.#replay(reader, from, newest)
        this.#readers.add(reader)
        this.#told = summary
      } catch (error) {
        // Not among those whom the line ends when a step of it fails.
        reader.raw.end()
        throw error
      } finally {
        this.#joining -= 1
      }
    })
    reader.raw.once('close', () => this.remove(reader))
  }

  remove(reader: EventReply): void {
    this.#inLine(async () => {
      this.#readers.delete(reader)
    })
  }

  close(): void {
    for (const leave of this.#leave.splice(0)) leave()
    this.#endAll()
  }

  /** Notices of the time without a connection are lost: readers come again and are told what they missed. */
  #connected(): void {
    if (this.#hasConnected) this.#endAll()
    this.#hasConnected = true
  }

  #endAll(): void {
    for (const { raw } of this.#readers) raw.end()
    this.#readers.clear()
  }

  #hear(payload: string): void {
    const notice = parseNotice(payload)
    if (notice === null || !this.#isRead) return
    const { event, whose, ids } = notice
    if (event === 'notifications_merged') this.#look()
    if (event !== 'notification') return
    this.#inLine(async () => {
      const { db } = this.#api.context
      const found = await findHomeNotices(db, this.#scopeOf(whose), ids, await readPreferences(db))
      for (const one of found) this.#write(frameOf(one))
    })
    this.#look()
  }

  async #replay(reader: EventReply, from: string, newest: string): Promise<void> {
    const { db } = this.#api.context
    const switches = await readPreferences(db)
    const notices: HomeNotice[] = []
    let count = 0
    for (const id of await listIdentityIds(db)) {
      const missed = await findMissedNotices(db, this.#scopeOf(id), from, switches)
      notices.push(...missed.notices)
      count += missed.count
    }
    if (count <= MOST_SINGLE_NOTICES) for (const one of notices.toSorted(byId)) reader.write(frameOf(one))
    else {
      const data = JSON.stringify({ count: Math.min(count, MOST_COUNTED) })
      reader.write(`event: missed\nid: ${newest}\ndata: ${data}\n\n`)
    }
  }

  #scopeOf(viewerId: string) {
    return { ...this.#api.scopeFor(viewerId), viewerId }
  }

  /** What changes while it is read is read once more. */
  #look(): void {
    if (this.#isLooking || !this.#isRead) return
    this.#isLooking = true
    this.#inLine(async () => {
      this.#isLooking = false
      const summary = JSON.stringify(await readSummary(this.#api.context, this.#backups))
      if (summary === this.#told) return
      this.#told = summary
      this.#write(`event: home\ndata: ${summary}\n\n`)
    })
  }

  #write(text: string): void {
    for (const reader of this.#readers) reader.write(text)
  }

  #inLine(step: () => Promise<void>): void {
    this.#line = this.#line.then(step).catch((error: unknown) => {
      // Whoever reads comes again, and is told then.
      this.#api.context.log.warn({ event: 'owner.feed_failed', error: describeError(error) })
      this.#isLooking = false
      this.#endAll()
    })
  }
}

const frameOf = (notice: HomeNotice): string =>
  `event: notice\nid: ${notice.id}\ndata: ${JSON.stringify(notice)}\n\n`

const byId = (one: HomeNotice, other: HomeNotice): number => (BigInt(one.id) < BigInt(other.id) ? -1 : 1)

async function readSummary({ db, home, clock }: HttpContext, look: BackupLook): Promise<HomeSummary> {
  const now = clock.now()
  const [provedAt, switches, unread, absence, backups] = await Promise.all([
    readLastProof(db),
    readSwitches(db),
    countAllUnread(db),
    readAbsenceNews(db, now),
    look.trouble(),
  ])
  const domain = home.primaryDomain()?.domain ?? UNPUBLISHED_DOMAIN
  const reach = reachOf(domain !== UNPUBLISHED_DOMAIN, provedAt, now)
  const pause = activePause(switches, now)
  return {
    reach,
    provedAt: reach === 'only_at_home' ? null : (provedAt?.toISOString() ?? null),
    hasAlarm: isAlarming(home.edge()),
    pause:
      pause === null ? null : { since: pause.since.toISOString(), until: pause.until?.toISOString() ?? null },
    unread,
    ...absence,
    backups,
  }
}
