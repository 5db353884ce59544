/**
 * Takes a Takahē server over: the same domains, identities, keys and ids, so that others notice nothing. The old database is
 * only read. Every batch and how far it has come are one transaction here, so that a run which is broken off, by whatever,
 * goes on where it was.
 */
import { createHash } from 'node:crypto'
import { ADOPTION_STEPS, type AdoptionStepName } from '../../contracts/adoption.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { AdoptionPlan } from './plan.ts'
import {
  type AdoptionWorld,
  type AnyStep,
  type CountedWorld,
  type Taking,
  type Tally,
  addTo,
} from './step.ts'
import { takeActors } from './take-actors.ts'
import { takeApps } from './take-apps.ts'
import { takeEmojis } from './take-emojis.ts'
import { takeEnd } from './take-end.ts'
import { takeEvents } from './take-events.ts'
import { takeFiles } from './take-files.ts'
import { takeHome } from './take-home.ts'
import { takeIdentities } from './take-identities.ts'
import { takeInteractions } from './take-interactions.ts'
import { takePosts } from './take-posts.ts'
import { takeBlocks, takeBookmarks, takeFollows, takeHashtags, takeLists } from './take-relations.ts'

const STEPS: Readonly<Record<AdoptionStepName, AnyStep>> = {
  home: takeHome,
  identities: takeIdentities,
  actors: takeActors,
  emojis: takeEmojis,
  lists: takeLists,
  posts: takePosts,
  interactions: takeInteractions,
  follows: takeFollows,
  blocks: takeBlocks,
  bookmarks: takeBookmarks,
  hashtags: takeHashtags,
  events: takeEvents,
  apps: takeApps,
  files: takeFiles,
  end: takeEnd,
}

export interface AdoptionProgress {
  readonly step: AdoptionStepName
  readonly done: number
  readonly total: number
}

export interface AdoptionReport {
  readonly taken: Readonly<Tally>
  readonly leftOut: Readonly<Tally>
}

type State = Row<'adoption'>

/** Rows of each part, for a look before anything is done. */
export async function countAdoption(world: CountedWorld): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of ADOPTION_STEPS) {
    if (name !== 'home' && name !== 'end') counts[name] = await STEPS[name].count(world)
  }
  return counts
}

/**
 * @param signal  breaks it off between two batches; the same call goes on later
 * @throws HomebirdError CONFLICT for a home that is somebody's already, or that has begun with another database
 */
export async function adopt(
  world: AdoptionWorld,
  onProgress: (progress: AdoptionProgress) => void,
  signal?: AbortSignal,
): Promise<AdoptionReport> {
  const { db, plan, now } = world
  let state = await begin(db, plan, now)
  if (state.finished_at !== null) state = await beginFilesAgain(db, state)
  const first = ADOPTION_STEPS.findIndex((name) => name === state.step)
  for (const name of ADOPTION_STEPS.slice(first)) {
    // The last step makes the owner, who is there when only files are looked for again.
    if (name === 'end' && state.finished_at !== null) break
    state = await runStep(world, STEPS[name], state, onProgress, signal)
  }
  if (state.finished_at === null) {
    await db.updateTable('adoption').set({ finished_at: new Date() }).execute()
  }
  return { taken: state.taken, leftOut: state.left_out }
}

/** @returns null where nothing was ever taken over */
export async function readAdoption(db: Database): Promise<State | null> {
  return (await db.selectFrom('adoption').selectAll().executeTakeFirst()) ?? null
}

async function begin(db: Database, plan: AdoptionPlan, now: Date): Promise<State> {
  const hash = hashOf(plan)
  return inTransaction(db, async (tx) => {
    const found = await tx.selectFrom('adoption').selectAll().forUpdate().executeTakeFirst()
    if (found !== undefined) {
      if (found.source_hash === hash) return found
      throw new HomebirdError(
        'CONFLICT',
        `this home has taken over another server; ${plan.place} needs a data directory of its own`,
      )
    }
    await refuseInhabited(tx)
    return tx
      .insertInto('adoption')
      .values({ source_hash: hash, step: ADOPTION_STEPS[0], started_at: now })
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

const hashOf = ({ identities }: AdoptionPlan): string =>
  createHash('sha256')
    .update(identities.map(({ uri }) => uri).join('\n'))
    .digest('hex')

async function refuseInhabited(tx: Transaction): Promise<void> {
  const domain = await tx.selectFrom('domains').select('domain').executeTakeFirst()
  if (domain === undefined) return
  throw new HomebirdError(
    'CONFLICT',
    `this home is set up already, as ${domain.domain}; a server is taken over by an empty one: name another folder with --data-dir`,
  )
}

/** Files that were not at hand, or could not be kept, are looked for again. */
async function beginFilesAgain(db: Database, state: State): Promise<State> {
  const leftOut = Object.fromEntries(
    Object.entries(state.left_out).filter(([name]) => !name.startsWith('files_')),
  )
  return db
    .updateTable('adoption')
    .set({ step: 'files', after_key: '', left_out: JSON.stringify(leftOut) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function runStep(
  world: AdoptionWorld,
  step: AnyStep,
  before: State,
  onProgress: (progress: AdoptionProgress) => void,
  signal: AbortSignal | undefined,
): Promise<State> {
  const { name, batch } = step
  let state: State = before.step === name ? before : { ...before, step: name, after_key: '' }
  const total = await step.count(world)
  let done = 0
  onProgress({ step: name, done, total })
  for (;;) {
    signal?.throwIfAborted()
    const rows = await step.read(world, state.after_key, batch)
    const last = rows.at(-1)
    if (last === undefined) {
      // A run that goes on has less to do than there is, and some rows stay behind uncounted.
      if (done > 0 && done < total) onProgress({ step: name, done: total, total })
      return state
    }
    const current = state
    state = await inTransaction(world.db, async (tx) => {
      const taking = await step.take(tx, world, rows)
      return note(tx, { ...current, after_key: step.keyOf(last) }, taking)
    })
    done += rows.length
    onProgress({ step: name, done: Math.min(done, total), total })
  }
}

async function note(tx: Transaction, state: State, { taken, leftOut }: Taking): Promise<State> {
  return tx
    .updateTable('adoption')
    .set({
      step: state.step,
      after_key: state.after_key,
      taken: JSON.stringify(sumOf(state.taken, taken)),
      left_out: JSON.stringify(sumOf(state.left_out, leftOut)),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function sumOf(before: Readonly<Tally>, more: Readonly<Tally>): Tally {
  const sum: Tally = { ...before }
  for (const [name, number] of Object.entries(more)) addTo(sum, name, number)
  return sum
}
