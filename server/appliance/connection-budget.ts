/** Splits the connections that a database allows over the processes of the home, or says why they cannot suffice. */
import type { OtherMachine } from '../contracts/appliance-status.ts'
import { HomebirdError } from '../core/errors.ts'

/** What a process cannot do without: one that listens, and two for statements in flight. */
export const LEAST_PER_PROCESS = 3
/** The supervisor asks now and then, and a migration holds its lock. */
const OF_THE_APPLIANCE = 2
/** The embedded cluster is sized after its home, within these bounds. */
const EMBEDDED_LEAST = 20
const EMBEDDED_MOST = 400
/** PostgreSQL's own default for `superuser_reserved_connections`. */
const EMBEDDED_SUPERUSER_RESERVE = 3

export interface Demand {
  readonly servers: number
  readonly workers: number
  /** Most connections per process that the settings ask for. */
  readonly pool: number
  /** Connections left free for backups, maintenance and other programs. */
  readonly reserve: number
}

export interface Supply {
  /** What the database allows to this role: the smallest of its limits. */
  readonly maxConnections: number
  readonly superuserReserved: number
  /** Machines that hold some of them already. */
  readonly others?: readonly OtherMachine[]
}

export interface ConnectionBudget {
  readonly perProcess: number
  readonly ofAppliance: number
}

/** @throws HomebirdError CONNECTION_BUDGET with the whole sum and the remedy */
export function splitConnections(demand: Demand, supply: Supply): ConnectionBudget {
  const processes = demand.servers + demand.workers
  const others = supply.others ?? []
  const ofOthers = others.reduce((sum, { connections }) => sum + connections, 0)
  const free = supply.maxConnections - supply.superuserReserved - demand.reserve - OF_THE_APPLIANCE - ofOthers
  const perProcess = Math.min(demand.pool, Math.floor(free / processes))
  if (perProcess >= LEAST_PER_PROCESS) return { perProcess, ofAppliance: OF_THE_APPLIANCE }
  const needed =
    processes * LEAST_PER_PROCESS + OF_THE_APPLIANCE + demand.reserve + supply.superuserReserved + ofOthers
  throw new HomebirdError(
    'CONNECTION_BUDGET',
    `the database allows ${supply.maxConnections} connections and this configuration needs at least ${needed}: ` +
      `${demand.servers} server and ${demand.workers} worker processes with ${LEAST_PER_PROCESS} each, ` +
      `${OF_THE_APPLIANCE} for the appliance, ${demand.reserve} in reserve (HOMEBIRD_DB_RESERVE), ` +
      `${supply.superuserReserved} that the database keeps for its administrator${heldBy(others)}; raise max_connections of ` +
      `the database, or lower HOMEBIRD_SERVER_PROCESSES, HOMEBIRD_WORKER_PROCESSES or HOMEBIRD_DB_RESERVE` +
      (others.length === 0 ? '' : ', or HOMEBIRD_DB_POOL of the other machines and start them again'),
    { details: { allowed: supply.maxConnections, needed } },
  )
}

function heldBy(others: readonly OtherMachine[]): string {
  if (others.length === 0) return ''
  const each = others.map(({ host, connections }) => `${connections} of ${host}`).join(', ')
  return `, and what other machines of it hold: ${each}`
}

/** What the embedded cluster should allow for this home; a demand beyond all measure gets the most there is. */
export function embeddedSupply(demand: Demand): Supply {
  const wanted =
    (demand.servers + demand.workers) * demand.pool +
    OF_THE_APPLIANCE +
    demand.reserve +
    EMBEDDED_SUPERUSER_RESERVE
  return {
    maxConnections: Math.min(EMBEDDED_MOST, Math.max(EMBEDDED_LEAST, wanted)),
    superuserReserved: EMBEDDED_SUPERUSER_RESERVE,
  }
}
