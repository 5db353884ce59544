/** The checks that every home has: its parts, its disk, its stores, its work, the way to it from outside. */
import { sql } from 'kysely'
import { LOW_ROOM_BYTES, NO_ROOM_BYTES } from '../../contracts/room.ts'
import { inTransaction } from '../../db/transaction.ts'
import { redrive } from '../../stator/move.ts'
import { readWaiting } from '../../stator/status.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import { PUBLIC_EDGE, isAlarming, readEdge } from '../edges/edge.ts'
import { readToldGone } from '../farewells/told-gone.ts'
import { homeGraphs } from '../owner/home-graphs.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'
import { activePause, readSwitches, resumeWork } from '../owner/switches.ts'
import { readPurgeTarget } from '../purges/purge-target.ts'
import { readDaysUntilFull } from '../statistics/read-history.ts'
import { diskOf } from '../status/storage-facts.ts'
import { type DoctorCheck, type Finding, GOOD } from './check.ts'

const SOON_FULL_DAYS = 14
/** Rule 110. */
const MOST_SKEW_SECONDS = 300
const SOME_SKEW_SECONDS = 5
const PROOF_LASTS_HOURS = 24
const MANY_RESTARTS = 3
const MOST_RETRIED = 1_000

const database: DoctorCheck = {
  name: 'database',
  async run({ db }) {
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
       where name in ('fsync', 'full_page_writes', 'synchronous_commit')`.execute(db)
    const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name)
    return off.length === 0 ? GOOD : { state: 'bad', facts: { settings: off.join(', ') } }
  },
}

const clock: DoctorCheck = {
  name: 'clock',
  async run({ db, clock: own }) {
    const before = own.now().getTime()
    const { rows } = await sql<{ at: Date }>`select clock_timestamp() as at`.execute(db)
    const middle = (before + own.now().getTime()) / 2
    const seconds = Math.round(Math.abs((rows[0]?.at.getTime() ?? middle) - middle) / 1_000)
    if (seconds < SOME_SKEW_SECONDS) return GOOD
    return { state: seconds > MOST_SKEW_SECONDS ? 'bad' : 'look', facts: { seconds } }
  },
}

const parts: DoctorCheck = {
  name: 'parts',
  async run({ facts }) {
    const known = await facts()
    if (known === null) return null
    const ill = known.parts.find(({ state }) => state !== 'Running' && state !== 'Slow')
    if (ill !== undefined) return { state: 'bad', facts: { part: ill.name, reason: ill.note } }
    const restless = known.parts.find(({ restarts }) => restarts >= MANY_RESTARTS)
    if (restless === undefined) return GOOD
    return { state: 'look', facts: { part: restless.name, restarts: restless.restarts } }
  },
}

const disk: DoctorCheck = {
  name: 'disk',
  async run({ dir, db, clock: own }) {
    const found = dir === null ? null : await diskOf(dir.path)
    if (found === null) return null
    const { free } = found
    const days = await readDaysUntilFull(db, free, own.now())
    if (free < LOW_ROOM_BYTES)
      return { state: free < NO_ROOM_BYTES ? 'bad' : 'look', facts: { bytes: free, days } }
    const isSoonFull = days !== null && days < SOON_FULL_DAYS
    return { state: isSoonFull ? 'look' : 'good', facts: { bytes: free, days } }
  },
}

const media: DoctorCheck = {
  name: 'media',
  async run({ media: store }) {
    await store.check()
    return GOOD
  },
}

const caches: DoctorCheck = {
  name: 'caches',
  async run({ caches: all }) {
    const down = (await statsOf(all)).filter(({ isUp }) => !isUp).map(({ name }) => name)
    return down.length === 0 ? GOOD : { state: 'look', facts: { caches: down.join(', ') } }
  },
}

const work: DoctorCheck = {
  name: 'work',
  async run({ db }) {
    const rows = await readWaiting(db, homeGraphs)
    const count = rows.reduce((sum, { quarantined }) => sum + quarantined, 0)
    return count === 0 ? GOOD : { state: 'look', facts: { count } }
  },
  async fix({ db }) {
    for (const graph of homeGraphs) {
      await inTransaction(db, async (tx) => {
        const { rows } = await sql<{ key: string }>`
          select ${sql.ref(graph.key)}::text as key from ${sql.table(graph.table)}
           where state_next_attempt_at is null and state_errors + state_deaths > 0
           limit ${MOST_RETRIED}`.execute(tx)
        await redrive(
          tx,
          graph,
          rows.map(({ key }) => key),
        )
      })
    }
  },
}

const pause: DoctorCheck = {
  name: 'pause',
  async run({ db, clock: own }) {
    const paused = activePause(await readSwitches(db), own.now())
    if (paused === null) return GOOD
    return {
      state: 'look',
      facts: { since: paused.since.toISOString(), until: paused.until?.toISOString() ?? null },
    }
  },
  async fix({ db, clock: own }) {
    await resumeWork(db, own.now())
  },
}

/** Only something from outside that got through proves that something from outside gets through. */
const reach: DoctorCheck = {
  name: 'reach',
  async run({ db, clock: own }) {
    const { rows } = await sql<{ domain: string | null; proved_at: Date | null }>`
      select (select domain from domains where is_primary) as domain,
             (select received_at from inbox_messages order by id desc limit 1) as proved_at`.execute(db)
    const { domain = null, proved_at: provedAt = null } = rows[0] ?? {}
    if (domain === null || domain === UNPUBLISHED_DOMAIN) return null
    const hours = provedAt === null ? null : (own.now().getTime() - provedAt.getTime()) / 3_600_000
    const facts = { domain, at: provedAt?.toISOString() ?? null }
    return { state: hours !== null && hours < PROOF_LASTS_HOURS ? 'good' : 'look', facts }
  },
}

const edge: DoctorCheck = {
  name: 'edge',
  async run({ db }) {
    const measured = await readEdge(db, PUBLIC_EDGE)
    if (isAlarming(measured)) return { state: 'bad' }
    return measured.measuredAt === null
      ? null
      : { state: 'good', facts: { at: measured.measuredAt.toISOString() } }
  },
}

const purge: DoctorCheck = {
  name: 'purge',
  async run({ db }) {
    const target = await readPurgeTarget(db)
    if (target === null) return null
    if (target.failingSince === null) return GOOD
    const facts = {
      since: target.failingSince.toISOString(),
      reason: target.lastError,
      waiting: target.waiting,
    }
    return { state: 'bad', facts } satisfies Finding
  },
}

/** Said for as long as anybody might wonder. */
const TOLD_GONE_DAYS = 90

const farewell: DoctorCheck = {
  name: 'farewell',
  async run({ db, clock: own }) {
    const at = await readToldGone(db)
    if (at === null || own.now().getTime() - at.getTime() > TOLD_GONE_DAYS * 86_400_000) return null
    return { state: 'look', facts: { at: at.toISOString() } }
  },
}

/** In the order in which they are told. */
export const homeChecks: readonly DoctorCheck[] = [
  database,
  parts,
  disk,
  media,
  caches,
  clock,
  work,
  pause,
  reach,
  edge,
  purge,
  farewell,
]
