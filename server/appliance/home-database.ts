/** The database of a home, embedded or external, under one face. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Config } from '../core/config.ts'
import { describeError } from '../core/errors.ts'
import { describeConnection } from '../db/connection.ts'
import {
  type ConnectionBudget,
  type Demand,
  type Supply,
  embeddedSupply,
  splitConnections,
} from './connection-budget.ts'
import { type ExternalDatabase, openExternalDatabase } from './external-database.ts'
import type { Ground } from './ground.ts'
import type { Life } from './kept-part.ts'
import { Machines } from './machines.ts'
import { removeMoved } from './keeping/upgrade-cluster.ts'
import { keepPrograms } from './postgres-binaries.ts'
import { type PostgresCluster, openPostgresCluster } from './postgres-cluster.ts'
import { proportionalMemoryBytes } from './process-memory.ts'

/** Which processes one appliance runs; several machines share one external database. */
export type ApplianceRole = 'all' | 'server' | 'worker'

/** What was found out about the database before anything was started or written. */
export interface DatabasePlan {
  readonly budget: ConnectionBudget
  readonly supply: Supply
  /** Null for the embedded one. */
  readonly external: ExternalDatabase | null
  /** This machine among those that share the external one; null until it has joined them, and without one. */
  readonly machines: Machines | null
}

export function demandOf(config: Config, role: ApplianceRole): Demand {
  return {
    servers: role === 'worker' ? 0 : config.serverProcesses,
    workers: role === 'server' ? 0 : config.workerProcesses,
    pool: config.databasePool,
    reserve: config.databaseReserve,
  }
}

/** @throws HomebirdError CONNECTION_BUDGET, SETTING_INVALID, DATABASE_UNREACHABLE, DATABASE_UNSUITABLE */
export async function planDatabase(config: Config, role: ApplianceRole): Promise<DatabasePlan> {
  const demand = demandOf(config, role)
  const external = config.databaseUrl === null ? null : await openExternalDatabase(config.databaseUrl)
  const supply = external?.supply ?? embeddedSupply(demand)
  return { budget: splitConnections(demand, supply), supply, external, machines: null }
}

/**
 * Of an external database: takes this machine's share of what the others leave, and holds it.
 * @param makesBackups  whether any are made here by themselves, as it is set at the moment
 * @throws HomebirdError CONNECTION_BUDGET, and the driver's errors
 */
export async function joinMachines(
  plan: DatabasePlan,
  config: Config,
  role: ApplianceRole,
  makesBackups: () => boolean,
): Promise<DatabasePlan> {
  if (plan.external === null) return plan
  const machines = await Machines.join({
    connection: plan.external.connection,
    demand: demandOf(config, role),
    supply: plan.supply,
    mayBeFirst: () => role !== 'worker' && makesBackups(),
  })
  return { ...plan, budget: machines.budget, machines }
}

/** A life of the embedded cluster, as the supervisor keeps it. */
export interface DatabaseLife extends Life {
  readonly connection: DatabaseConnection
  /** Now and then: bounds its log, keeps its programs, removes what was moved a week ago. */
  keepHouse(now: Date): void
  /** One that stands still and hears no order. */
  endByForce(): void
}

export async function openDatabaseLife(
  ground: Ground,
  plan: DatabasePlan,
  notice: (level: 'info' | 'warn', message: string) => void,
): Promise<DatabaseLife> {
  const { dir, runtime, secrets } = ground
  const { maxConnections } = plan.supply
  const cluster = await openPostgresCluster({ dir, runtime, secrets, maxConnections, notice })
  let keeping: Promise<void> | null = null
  const life = lifeOf(cluster, (now) => {
    removeMoved(dir, now, notice)
    keeping ??= keepPrograms(dir).catch((error: unknown) =>
      notice(
        'warn',
        `the programs of the database cannot be kept for later versions: ${describeError(error)}`,
      ),
    )
  })
  return {
    ...life,
    // Nothing is written into the folder after the stop.
    stop: async () => void (await Promise.all([life.stop(), keeping])),
  }
}

function lifeOf(cluster: PostgresCluster, upkeep: (now: Date) => void): DatabaseLife {
  return {
    connection: cluster.connection,
    pid: cluster.pid,
    ready: Promise.resolve(),
    // A database is always worth another try: what its end was about may be over, as a full disk is.
    ended: cluster.ended.then(({ code, signal }) => ({
      verdict: null,
      how: `${signal === null ? `ended with code ${code}` : `was ended by ${signal}`}; its log says: ${cluster.logTail()}`,
    })),
    isSlow: () => false,
    memoryBytes: () => proportionalMemoryBytes(cluster.pid),
    keepHouse(now) {
      cluster.rotateLog()
      upkeep(now)
    },
    endByForce: () => cluster.endByForce(),
    stop: () => cluster.stop(),
  }
}

/** For people: `embedded PostgreSQL`, or where the external one is. */
export function describeDatabase(plan: DatabasePlan): string {
  return plan.external === null
    ? 'embedded PostgreSQL'
    : `PostgreSQL at ${describeConnection(plan.external.connection)}`
}
