/**
 * The machines that work on one external database. Each keeps one session there for as long as it runs, and the name of that
 * session tells the others how many connections its processes may hold: nothing is written, and what a machine held is free
 * when it is gone. One of them makes what is to be made once for the home.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { OtherMachine } from '../contracts/appliance-status.ts'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { ADVISORY_LOCK } from '../core/advisory-locks.ts'
import { HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import { VERSION } from '../core/version.ts'
import { type Session, openSession } from '../db/connection.ts'
import { type ConnectionBudget, type Demand, type Supply, splitConnections } from './connection-budget.ts'
import { openJoinGate } from './join-gate.ts'

/** Held by the machine that makes what is to be made once. */
const FIRST_LOCK = ADVISORY_LOCK.firstMachine
const GHOST_MS = 2_000
const GHOST_LOOK_MS = 250
const LOOK_EVERY_MS = 15_000
const AGAIN_FIRST_MS = 1_000
const AGAIN_MOST_MS = 30_000
/** `NAMEDATALEN` of PostgreSQL, without the closing NUL. */
const MOST_NAME = 63
const MOST_HOST = 30
const NAME = /^homebird machine (\d{1,6}) (\S+) (\S+)$/

/** None is ended for being silent; one that has fallen off the network is missed all the same, as every connection is. */
const STAY = `select set_config('idle_session_timeout', '0', false)`

const OTHERS = `
  select application_name as name, datname = current_database() as is_of_home
    from pg_stat_activity
   where application_name like 'homebird machine %' and pid <> pg_backend_pid()
   order by backend_start, pid`

type Notice = (level: 'info' | 'warn', message: string) => void

export interface MachineNeeds {
  readonly connection: DatabaseConnection
  readonly demand: Demand
  readonly supply: Supply
  /** Asked at each look: whether it may make what is made once. Who never makes it leaves that to those who do. */
  readonly mayBeFirst: () => boolean
  /** So long the session of a machine that was just killed may take to end. */
  readonly ghostMs?: number
  /** So long an answer of the database is waited for; that of `openSession` where none is given. */
  readonly silenceMs?: number
}

/** Of this machine among the others, for as long as it runs. */
export class Machines {
  /** Of this life of the machine: what its workers hold bears it, so that no two machines are taken for each other. */
  readonly id = randomBytes(8).toString('hex')
  readonly budget: ConnectionBudget
  readonly #needs: MachineNeeds
  readonly #name: string
  #session: Session | null
  #others: readonly OtherMachine[]
  #isFirst = false
  #worries: ReadonlySet<string> = new Set()
  #everyMs = LOOK_EVERY_MS
  #notice: Notice = () => undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #isClosed = false

  private constructor(needs: MachineNeeds, joined: Joined) {
    this.#needs = needs
    this.budget = joined.budget
    this.#name = joined.name
    this.#others = joined.others
    this.#session = joined.session
  }

  /** @throws HomebirdError CONNECTION_BUDGET naming who holds what, and the driver's errors */
  static async join(needs: MachineNeeds): Promise<Machines> {
    const session = await openNamed(needs, 'homebird supervisor')
    try {
      await session.query(STAY)
      const machines = new Machines(needs, { ...(await takeShare(session, needs)), session })
      await machines.#look()
      return machines
    } catch (error) {
      await session.close()
      throw error
    }
  }

  /** As seen last. */
  get others(): readonly OtherMachine[] {
    return this.#others
  }

  /** Whether this machine makes what is made once for the home, such as the nightly backup. */
  get isFirst(): boolean {
    return this.#isFirst
  }

  /** Looks on from now on, and tells. */
  follow(notice: Notice, everyMs = LOOK_EVERY_MS): void {
    this.#everyMs = everyMs
    this.#notice = notice
    const { length } = this.#others
    if (length > 0)
      notice('info', `this home runs on ${length + 1} machines: here, and ${sayMachines(this.#others)}`)
    if (!this.#isFirst && this.#needs.mayBeFirst())
      notice('info', 'another machine makes the nightly backups of this home')
    for (const worry of this.#worries) notice('warn', worry)
    this.#lookIn(everyMs)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    // First: a look on a line that has gone dead ends with its session.
    await this.#session?.close()
    await this.#looking
    this.#isFirst = false
  }

  #lookIn(ms: number, nextAfterFailureMs = AGAIN_FIRST_MS): void {
    this.#timer = setTimeout(() => {
      this.#looking = this.#lookOrComeBack(nextAfterFailureMs)
    }, ms).unref()
  }

  async #lookOrComeBack(nextAfterFailureMs: number): Promise<void> {
    try {
      await this.#comeBack()
      await this.#look()
      if (!this.#isClosed) this.#lookIn(this.#everyMs)
    } catch (error) {
      await this.#lose(describeError(error))
      const nextMs = Math.min(nextAfterFailureMs * 2, AGAIN_MOST_MS)
      if (!this.#isClosed) this.#lookIn(nextAfterFailureMs, nextMs)
    }
  }

  /** After the database was restarted or the line was down: under the share that this machine was granted at its start. */
  async #comeBack(): Promise<void> {
    if (this.#session !== null && !this.#session.isEnded) return
    await this.#lose('the session was ended')
    const session = await openNamed(this.#needs, this.#name)
    this.#session = session
    // Who closes meanwhile has seen no session yet; what follows closes it.
    if (this.#isClosed) throw new HomebirdError('NOT_RUNNING', 'the home is stopping')
    await session.query(STAY)
  }

  async #lose(why: string): Promise<void> {
    const session = this.#session
    this.#session = null
    if (session === null) return
    const known = this.#isFirst ? '; they may make the backups meanwhile' : `: ${why}`
    if (!this.#isClosed) this.#notice('info', `the other machines are out of sight${known}`)
    this.#isFirst = false
    await session.close()
  }

  async #look(): Promise<void> {
    const session = this.#session
    if (session === null) return
    const others = await readOthers(session)
    this.#others = ofHome(others)
    this.#tellWorries(others.map(({ machine }) => machine))
    const mayBeFirst = this.#needs.mayBeFirst()
    if (mayBeFirst === this.#isFirst) return
    if (!mayBeFirst) return this.#leaveToOthers(session)
    const [row] = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      FIRST_LOCK,
    ])
    this.#isFirst = row?.taken === true
    if (this.#isFirst) this.#notice('info', 'this machine makes the nightly backups of this home from now on')
  }

  /** Each of them once, for as long as it is so. */
  #tellWorries(all: readonly OtherMachine[]): void {
    const worries = new Set([
      ...sayOverrun(all, this.#needs, this.budget),
      ...sayVersions(this.#others.filter(({ version }) => version !== VERSION)),
    ])
    for (const worry of worries) if (!this.#worries.has(worry)) this.#notice('warn', worry)
    this.#worries = worries
  }

  async #leaveToOthers(session: Session): Promise<void> {
    this.#isFirst = false
    await session.query('select pg_advisory_unlock($1)', [FIRST_LOCK])
    this.#notice('info', 'this machine makes no nightly backups any more; one that is set to may make them')
  }
}

const openNamed = (
  { connection, silenceMs }: Pick<MachineNeeds, 'connection' | 'silenceMs'>,
  applicationName: string,
): Promise<Session> => openSession(connection, { applicationName, silenceMs })

interface Joined {
  readonly session: Session
  readonly budget: ConnectionBudget
  readonly name: string
  readonly others: readonly OtherMachine[]
}

/** Where less is left than is asked for, and a machine of this name has some: it may be what this one was before it was killed. */
async function takeShare(session: Session, needs: MachineNeeds): Promise<Omit<Joined, 'session'>> {
  const untilMs = performance.now() + (needs.ghostMs ?? GHOST_MS)
  const gate = await openJoinGate(session, needs.connection)
  try {
    for (;;) {
      const isLast = performance.now() >= untilMs
      const share = await gate.pass(async () => takeShareNow(session, needs, isLast))
      if (share !== null) return share
      await delay(GHOST_LOOK_MS)
    }
  } finally {
    await gate.close()
  }
}

/** @returns null where it is worth looking again */
async function takeShareNow(
  session: Session,
  { demand, supply }: MachineNeeds,
  isLast: boolean,
): Promise<Omit<Joined, 'session'> | null> {
  const others = await readOthers(session)
  const mayBeGhost = !isLast && others.some(({ machine: { host } }) => host === plainHost(hostname()))
  try {
    const budget = splitConnections(demand, { ...supply, others: others.map(({ machine }) => machine) })
    if (mayBeGhost && budget.perProcess < demand.pool) return null
    const name = nameOf(demand, budget)
    await session.query(`select set_config('application_name', $1, false)`, [name])
    return { others: ofHome(others), budget, name }
  } catch (error) {
    if (mayBeGhost && isHomebirdError(error, 'CONNECTION_BUDGET')) return null
    throw error
  }
}

/** All that take connections of this PostgreSQL: of this home, and of others that have a database there. */
async function readOthers(
  session: Session,
): Promise<{ readonly isOfHome: boolean; readonly machine: OtherMachine }[]> {
  const rows = await session.query<{ name: string; is_of_home: boolean }>(OTHERS)
  return rows.flatMap(({ name, is_of_home: isOfHome }) => {
    const machine = parseMachine(name)
    return machine === null ? [] : [{ isOfHome, machine }]
  })
}

const ofHome = (others: Awaited<ReturnType<typeof readOthers>>): OtherMachine[] =>
  others.flatMap(({ isOfHome, machine }) => (isOfHome ? machine : []))

function nameOf(demand: Demand, budget: ConnectionBudget): string {
  return machineName({ connections: heldBy(demand, budget), version: VERSION, host: hostname() })
}

const heldBy = ({ servers, workers }: Demand, { perProcess, ofAppliance }: ConnectionBudget): number =>
  perProcess * (servers + workers) + ofAppliance

/** As when one took its share while the database had just been started again, and the others had not come back yet. */
function sayOverrun(
  others: readonly OtherMachine[],
  { demand, supply }: MachineNeeds,
  budget: ConnectionBudget,
): string[] {
  const all = others.reduce((sum, { connections }) => sum + connections, heldBy(demand, budget))
  const allowed = supply.maxConnections - supply.superuserReserved
  if (all <= allowed) return []
  const held = `this machine and ${sayMachines(others)} may hold ${all} connections of the database, which allows ${allowed}`
  return [
    `${held}: start again the one that came last, which then takes what is left, or raise max_connections`,
  ]
}

function sayVersions(others: readonly OtherMachine[]): string[] {
  if (others.length === 0) return []
  const each = others.map(({ host, version }) => `${host} (${version})`).join(', ')
  return [
    `other machines of this home run another Homebird than ${VERSION}: ${each}; bring all of them to one version`,
  ]
}

const plainHost = (host: string): string => host.replaceAll(/[^\w.-]/g, '-').slice(0, MOST_HOST) || 'unnamed'

/** As a session is called; what no name of a host has becomes a hyphen. */
export function machineName({ connections, version, host }: OtherMachine): string {
  return `homebird machine ${connections} ${version} ${plainHost(host)}`.slice(0, MOST_NAME)
}

/** Null for what is no machine. */
export function parseMachine(name: string): OtherMachine | null {
  const [, connections, version, host] = NAME.exec(name) ?? []
  if (connections === undefined || version === undefined || host === undefined) return null
  return { connections: Number(connections), version, host }
}

/** For people. */
export function sayMachines(machines: readonly OtherMachine[]): string {
  return machines.map(({ host, connections }) => `${host} (${connections} connections)`).join(', ')
}
