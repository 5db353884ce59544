/**
 * The doctor of the home: runs checks at the start, daily and when asked, keeps what they found, and keeps quiet of what the
 * owner has seen and will live with. What gets worse is told again.
 */
import type { DoctorFinding, DoctorReport } from '../../contracts/doctor.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { DoctorCheck, DoctorParts, Finding } from './check.ts'

/** A check that hangs holds nobody up. */
const CHECK_LIMIT_MS = 15_000
const MOST_REASON = 400

type Checked = Finding & { readonly name: string }

export class Doctor {
  readonly #parts: DoctorParts
  readonly #checks: readonly DoctorCheck[]
  #running: Promise<void> | null = null

  constructor(parts: DoctorParts, checks: readonly DoctorCheck[]) {
    this.#parts = parts
    this.#checks = checks
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

  /** Runs every check; whoever asks while it runs waits for the same. */
  async run(): Promise<DoctorReport> {
    this.#running ??= this.#runAll().finally(() => {
      this.#running = null
    })
    await this.#running
    return this.report()
  }

  /** Has the check mend what it found, and looks again. @throws HomebirdError NOT_FOUND for one that cannot */
  async fix(name: string): Promise<DoctorReport> {
    const check = this.#get(name)
    if (check.fix === undefined) throw new HomebirdError('NOT_FOUND', `the doctor has no fix for ${name}`)
    await check.fix(this.#parts)
    this.#parts.log.info({ event: 'doctor.fixed', check: name })
    await this.#keep(await this.#findings([check]))
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

  async #runAll(): Promise<void> {
    const found = await this.#findings(this.#checks)
    await this.#keep(found)
    // What does not apply any more is not told any more.
    const names = found.map(({ name }) => name)
    await this.#parts.db.deleteFrom('doctor_findings').where('name', 'not in', names).execute()
    const ill = found.filter(({ state }) => state !== 'good').map(({ name }) => name)
    this.#parts.log.info({ event: 'doctor.ran', checks: found.length, ill })
  }

  async #findings(checks: readonly DoctorCheck[]): Promise<Checked[]> {
    const found = await Promise.all(checks.map(async (check) => this.#check(check)))
    return found.filter((one) => one !== null)
  }

  async #check(check: DoctorCheck): Promise<Checked | null> {
    try {
      const finding = await withLimit(check.run(this.#parts))
      return finding === null ? null : { ...finding, name: check.name }
    } catch (error) {
      const reason = describeError(error).slice(0, MOST_REASON)
      return { name: check.name, state: 'bad', facts: { reason } }
    }
  }

  async #keep(found: readonly Checked[]): Promise<void> {
    await keepFindings(this.#parts.db, found, this.#parts.clock.now())
  }
}

async function withLimit<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new HomebirdError('UNAVAILABLE', `no answer within ${CHECK_LIMIT_MS / 1_000} s`)),
    CHECK_LIMIT_MS,
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
      found.map(({ name, state, facts = {} }) => ({
        name,
        state,
        facts: JSON.stringify(facts),
        checked_at: now,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((excluded) => ({
        state: excluded.ref('excluded.state'),
        facts: excluded.ref('excluded.facts'),
        checked_at: excluded.ref('excluded.checked_at'),
      })),
    )
    .execute()
}

function findingOf(row: Row<'doctor_findings'>, check: DoctorCheck): DoctorFinding {
  const { name, state, facts, checked_at: checkedAt, ignored_state: ignored } = row
  return {
    name,
    state,
    facts,
    checkedAt: checkedAt.toISOString(),
    // What was worth a look and is broken now is another matter.
    isIgnored: state !== 'good' && (ignored === state || ignored === 'bad'),
    hasFix: check.fix !== undefined && state !== 'good',
  }
}
