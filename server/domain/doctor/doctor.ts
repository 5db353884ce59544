/**
 * The doctor of the home: runs checks at the start, daily and when asked, keeps what they found, and keeps quiet of what the
 * owner has seen and will live with. What gets worse is told again.
 */
import { sql } from 'kysely'
import type { DoctorFinding, DoctorReport } from '../../contracts/doctor.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { Gate } from '../../core/gate.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { DoctorCheck, DoctorParts, DoctorRun, Finding } from './check.ts'
import { withoutConsequences } from './outside/consequences.ts'
import { withoutDisproved } from './outside/disproved.ts'
import { keepMeasured } from './outside/measured.ts'
import type { OpenWorld } from './outside/open-world.ts'
import { isOutside } from './outside/verdict.ts'
import type { OutsideWorld } from './outside/world.ts'
import { keepOutsideRun, onceLeased, whileLeased } from './run-lease.ts'

/** A check that hangs holds nobody up. */
const CHECK_LIMIT_MS = 15_000
const DEEP_LIMIT_MS = 130_000
const MOST_REASON = 400
/**
 * Each check of the home itself takes a connection, and the database a process of 2 MB for each: nobody waits for these. Those
 * from outside share the time of one way in, and go side by side.
 */
const AUTOMATIC_AT_ONCE = 2

type Checked = Finding & { readonly name: string }

/** `asked`: a person waits for it; `deep`: and for what takes its time; `automatic`: nobody does, and it is to cost little. */
export type RunReason = 'asked' | 'deep' | 'automatic'

export interface DoctorWays {
  /** Opens the way in from outside for one run; null where it is not to be tried. */
  openWorld(reason: RunReason): Promise<OpenWorld | null>
  /** When a signed request of another server was last accepted; null where that is not known. */
  peerProvedAt(): Promise<Date | null>
  /** Hears what a run found from outside, when it has looked there. */
  judged(findings: readonly DoctorFinding[], beganAt: Date): Promise<void>
}

export class Doctor {
  readonly #parts: DoctorParts
  readonly #checks: readonly DoctorCheck[]
  readonly #ways: DoctorWays
  readonly #followers = new Set<(report: DoctorReport) => void>()
  #running: Promise<void> | null = null
  /** Looks that people have asked for and that have not begun. */
  readonly #waiting = new Map<RunReason, Promise<void>>()

  constructor(parts: DoctorParts, checks: readonly DoctorCheck[], ways: DoctorWays) {
    this.#parts = parts
    this.#checks = checks
    this.#ways = ways
  }

  /** As it was found last. One statement. */
  async report(): Promise<DoctorReport> {
    const rows = await this.#parts.db.selectFrom('doctor_findings').selectAll().execute()
    const found = new Map(rows.map((row) => [row.name, row]))
    const findings = this.#checks.flatMap((check) => {
      const row = found.get(check.name)
      return row === undefined ? [] : [findingOf(row, check)]
    })
    const times = findings.map(({ checkedAt }) => checkedAt)
    return {
      ranAt: times.length === 0 ? null : times.reduce((one, other) => (one > other ? one : other)),
      findings,
    }
  }

  /**
   * Runs every check. Whoever asks while one runs gets the next: the one that runs may not have seen what they have just
   * changed. All who wait for the next share it.
   */
  async run(reason: RunReason = 'asked'): Promise<DoctorReport> {
    if (reason === 'automatic') await (this.#running ?? this.#begin(reason))
    else if (this.#running === null) await this.#begin(reason)
    else {
      const next = this.#waiting.get(reason) ?? this.#runNext(reason)
      this.#waiting.set(reason, next)
      await next
    }
    const report = await this.report()
    for (const follow of this.#followers) follow(report)
    return report
  }

  /** Resolves when no run is under way: one that is may not have seen yet what has just changed. */
  async hasEnded(): Promise<void> {
    await this.#running?.catch(() => undefined) // told to whoever asked for it
  }

  /** Calls back after each whole run. @returns what ends it */
  onRan(callback: (report: DoctorReport) => void): () => void {
    this.#followers.add(callback)
    return () => this.#followers.delete(callback)
  }

  /** Has the check mend what it found, and looks again. @throws HomebirdError NOT_FOUND for one that cannot */
  async fix(name: string): Promise<DoctorReport> {
    const check = this.#get(name)
    if (check.fix === undefined) throw new HomebirdError('NOT_FOUND', `the doctor has no fix for ${name}`)
    await check.fix(this.#parts)
    this.#parts.log.info({ event: 'doctor.fixed', check: name })
    await this.#inScope('asked', async (scope) => this.#keep(await this.#findings([check], scope)))
    return this.report()
  }

  /** Ignores what was found last, or tells it again. @throws HomebirdError NOT_FOUND */
  async ignore(name: string, isIgnored: boolean): Promise<DoctorReport> {
    this.#get(name)
    const { db } = this.#parts
    const row = await db
      .selectFrom('doctor_findings')
      .select('state')
      .where('name', '=', name)
      .executeTakeFirst()
    if (row === undefined) throw new HomebirdError('NOT_FOUND', `the doctor has not looked at ${name} yet`)
    const state = isIgnored && row.state !== 'good' ? row.state : null
    await db.updateTable('doctor_findings').set({ ignored_state: state }).where('name', '=', name).execute()
    return this.report()
  }

  #get(name: string): DoctorCheck {
    const check = this.#checks.find((one) => one.name === name)
    if (check !== undefined) return check
    throw new HomebirdError('NOT_FOUND', `the doctor has no check ${JSON.stringify(name)}`)
  }

  /** It counts as waiting until it begins, and no longer: what changes from then on it may miss. */
  async #runNext(reason: RunReason): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- whoever waited too may have begun another
    while (this.#running !== null) await this.#running.catch(() => undefined) // told to whoever asked for it
    const run = this.#begin(reason)
    this.#waiting.delete(reason)
    await run
  }

  #begin(reason: RunReason): Promise<void> {
    this.#running = this.#runAlone(reason).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #runAlone(reason: RunReason): Promise<void> {
    const work = async (): Promise<void> =>
      this.#inScope(reason, async (scope) => this.#runAll(reason, scope))
    const { db } = this.#parts
    await (reason === 'automatic' ? whileLeased(db, work) : onceLeased(db, work, reason === 'deep'))
  }

  async #inScope(reason: RunReason, work: (scope: RunScope) => Promise<void>): Promise<void> {
    const limitMs = reason === 'deep' ? DEEP_LIMIT_MS : CHECK_LIMIT_MS
    const atOnce = reason === 'automatic' ? AUTOMATIC_AT_ONCE : this.#checks.length
    const scope = new RunScope(async () => this.#ways.openWorld(reason), { limitMs, atOnce })
    try {
      await work(scope)
    } finally {
      scope[Symbol.dispose]()
    }
  }

  async #runAll(reason: RunReason, scope: RunScope): Promise<void> {
    const beganAt = this.#parts.clock.now()
    const seen = withoutConsequences(await this.#findings(this.#checks, scope))
    const found = withoutDisproved(seen, beganAt, await this.#ways.peerProvedAt())
    await this.#keep(found)
    // What does not apply any more is not told any more; what was not tried this time is told as it was.
    const isTried = scope.opened !== null || reason !== 'automatic'
    const kept = isTried ? [] : this.#checks.map(({ name }) => name).filter(isOutside)
    const names = [...found.map(({ name }) => name), ...kept]
    await this.#parts.db.deleteFrom('doctor_findings').where('name', 'not in', names).execute()
    const ill = found.filter(({ state }) => state !== 'good').map(({ name }) => name)
    this.#parts.log.info({ event: 'doctor.ran', checks: found.length, ill, reason })
    if (scope.opened === null) return
    await keepMeasured(this.#parts, scope.opened)
    await this.#tellJudgement(await this.report(), beganAt)
  }

  async #tellJudgement({ findings }: DoctorReport, beganAt: Date): Promise<void> {
    const { db, clock } = this.#parts
    try {
      await keepOutsideRun(db, clock.now())
      await this.#ways.judged(
        findings.filter(({ name }) => isOutside(name)),
        beganAt,
      )
    } catch (error) {
      this.#parts.log.warn({ event: 'doctor.judgement_untold', error })
    }
  }

  async #findings(checks: readonly DoctorCheck[], scope: RunScope): Promise<Checked[]> {
    const found = await Promise.all(checks.map(async (check) => this.#check(check, scope)))
    return found.filter((one) => one !== null)
  }

  async #check(check: DoctorCheck, scope: RunScope): Promise<Checked | null> {
    const leave = isOutside(check.name) ? () => undefined : await scope.gate.enter('')
    try {
      const finding = await withLimit(check.run(this.#parts, scope), scope.limitMs)
      return finding === null ? null : { ...finding, name: check.name }
    } catch (error) {
      const reason = describeError(error).slice(0, MOST_REASON)
      return { name: check.name, state: 'bad', facts: { reason } }
    } finally {
      leave()
    }
  }

  async #keep(found: readonly Checked[]): Promise<void> {
    await keepFindings(this.#parts.db, found, this.#parts.clock.now())
  }
}

/** What the checks of one run share, opened by the first that asks, closed with the run. */
class RunScope implements DoctorRun, Disposable {
  /** Of each check. */
  readonly limitMs: number
  /** Lets so many of them run at a time. */
  readonly gate: Gate
  readonly #open: () => Promise<OpenWorld | null>
  #opening: Promise<OpenWorld | null> | null = null
  #world: OpenWorld | null = null

  constructor(
    open: () => Promise<OpenWorld | null>,
    { limitMs, atOnce }: { readonly limitMs: number; readonly atOnce: number },
  ) {
    this.#open = open
    this.limitMs = limitMs
    this.gate = new Gate(atOnce, atOnce)
  }

  /** Null where no check has asked for it, or there is none. */
  get opened(): OutsideWorld | null {
    return this.#world
  }

  async world(): Promise<OpenWorld | null> {
    this.#opening ??= this.#open().then((world) => (this.#world = world))
    return this.#opening
  }

  [Symbol.dispose](): void {
    this.#world?.[Symbol.dispose]()
  }
}

async function withLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new HomebirdError('UNAVAILABLE', `no answer within ${limitMs / 1_000} s`)),
    limitMs,
  )
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

async function keepFindings(db: Querier, found: readonly Checked[], now: Date): Promise<void> {
  if (found.length === 0) return
  await db
    .insertInto('doctor_findings')
    .values(
      found.map(({ name, state, facts = {}, codes = [] }) => ({
        name,
        state,
        facts: JSON.stringify(facts),
        codes: JSON.stringify(codes),
        checked_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((excluded) => ({
        state: excluded.ref('excluded.state'),
        facts: excluded.ref('excluded.facts'),
        codes: excluded.ref('excluded.codes'),
        checked_at: excluded.ref('excluded.checked_at'),
        // Who would live with it then has not seen it come back.
        ignored_state: sql<'look' | 'bad' | null>`
          case when excluded.state = 'good' then null else doctor_findings.ignored_state end`,
      })),
    )
    .execute()
}

function findingOf(row: Row<'doctor_findings'>, check: DoctorCheck): DoctorFinding {
  const { name, state, facts, codes, checked_at: checkedAt, ignored_state: ignored } = row
  return {
    name,
    state,
    facts,
    codes,
    checkedAt: checkedAt.toISOString(),
    // What was worth a look and is broken now is another matter.
    isIgnored: state !== 'good' && (ignored === state || ignored === 'bad'),
    hasFix: check.fix !== undefined && state !== 'good',
  }
}
