/** Figures of the home as a whole, read when somebody asks for them: parts, tunnel, graphs, deliveries, database, caches, backups, disk. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { BackupsOverview } from '../../contracts/backups.ts'
import type { TunnelStatus } from '../../contracts/tunnel.ts'
import { readTickAge } from '../../db/tick-age.ts'
import { readDatabaseLoad } from '../../domain/status/database-load.ts'
import { readBacklogs, readDeliveries } from '../../domain/status/read-backlogs.ts'
import { readTotals } from '../../stator/totals.ts'
import { statsOf } from '../../storage/caches/open-caches.ts'
import { VERSION } from '../../core/version.ts'
import type { HttpContext } from '../http-context.ts'

type Labels = Readonly<Record<string, string>>

/** What figures are read from. */
export type FigureSource = Pick<HttpContext, 'db' | 'caches' | 'log' | 'supervision' | 'poolCounts'>

/** Makes each figure when its first value comes, so that what is not known is absent and not zero. */
export class HomeFigures {
  readonly #registry: Registry
  readonly #context: FigureSource
  readonly #metrics = new Map<string, Gauge | Counter>()

  constructor(registry: Registry, context: FigureSource) {
    this.#registry = registry
    this.#context = context
  }

  /** Not to be called again before it has ended. @throws whatever a database that does not answer throws */
  async read(): Promise<void> {
    // Anew and not set back: those without labels would tell 0 until somebody knows better.
    for (const name of this.#metrics.keys()) this.#registry.removeSingleMetric(name)
    this.#metrics.clear()
    this.#set('homebird_info', 'Which program this is', 1, { version: VERSION })
    const readings = [
      this.#readParts(),
      this.#readGraphs(),
      this.#readDeliveries(),
      this.#readDatabase(),
      this.#readCaches(),
      this.#readBackups(),
    ]
    // All of them have ended before one that failed fails this: none goes on into the next reading.
    await Promise.allSettled(readings)
    await Promise.all(readings)
  }

  async #readParts(): Promise<void> {
    const facts = await this.#facts()
    if (facts === null) return
    this.#set('homebird_up', 'Whether every part does its work', facts.state === 'Running' ? 1 : 0)
    this.#set('homebird_supervisor_memory_bytes', 'Memory of the supervisor', facts.memoryBytes)
    for (const part of facts.parts) {
      const labels = { part: part.name }
      this.#set('homebird_part_up', 'Whether a part does its work', part.state === 'Running' ? 1 : 0, labels)
      this.#set('homebird_part_memory_bytes', 'Memory of a part, with its helpers', part.memoryBytes, labels)
      this.#set('homebird_part_cpu_cores', 'Cores that a part keeps busy', part.cpuShare, labels)
      this.#set('homebird_part_uptime_seconds', 'Since a part was last ready', part.uptimeSeconds, labels)
      this.#set('homebird_part_restarts', 'Starts of a part after the first', part.restarts, labels)
    }
    const { freeBytes } = facts.disk
    this.#set('homebird_disk_free_bytes', 'Free on the disk of the data directory', freeBytes)
    if (facts.tunnel !== null) this.#setTunnel(facts.tunnel)
  }

  #setTunnel({ kind, state, proof, attempts }: TunnelStatus): void {
    const isUp = state === 'verified' || state === 'connected'
    this.#set('homebird_tunnel_up', 'Whether the way in from outside is open', isUp ? 1 : 0, { kind })
    this.#set('homebird_tunnel_state', 'The state in which it is', 1, { kind, state })
    this.#set('homebird_tunnel_attempts', 'Attempts since it was last up', attempts, { kind })
    const age = proof === null ? null : ageSeconds(proof.at)
    this.#set('homebird_tunnel_proof_age_seconds', 'Since something came in by it', age, { kind })
  }

  /** Places by their number in the settings: their names may hold a host or an account. */
  async #readBackups(): Promise<void> {
    const overview = await this.#backups()
    if (overview === null) return
    this.#set(
      'homebird_backup_running',
      'Whether one is being made or proven',
      overview.running === null ? 0 : 1,
    )
    for (const [index, place] of overview.places.entries()) {
      const labels = { place: String(index + 1), kind: place.kind }
      this.#set(
        'homebird_backup_age_seconds',
        'Since the last was begun',
        ageSeconds(place.lastMadeAt),
        labels,
      )
      const proofAge = ageSeconds(place.lastCheckedAt)
      this.#set('homebird_backup_proof_age_seconds', 'Since the last was proven', proofAge, labels)
      this.#set('homebird_backup_failures', 'Failures since the last that was made', place.failures, labels)
    }
  }

  async #backups(): Promise<BackupsOverview | null> {
    const { supervision, log } = this.#context
    try {
      const answer = await supervision?.keep({ kind: 'keeping', ask: 'backups' })
      return answer === undefined ? null : (answer as BackupsOverview)
    } catch (error) {
      log.warn({ event: 'metrics.no_backups', error })
      return null
    }
  }

  /** A supervisor that is busy is asked again the next time. */
  async #facts(): Promise<ApplianceFacts | null> {
    const { supervision, log } = this.#context
    try {
      return (await supervision?.facts()) ?? null
    } catch (error) {
      log.warn({ event: 'metrics.no_supervisor', error })
      return null
    }
  }

  async #readGraphs(): Promise<void> {
    const { db } = this.#context
    const [backlogs, totals, tickAge] = await Promise.all([readBacklogs(db), readTotals(db), readTickAge(db)])
    for (const { graph, waiting, retrying, givenUp, oldestSeconds } of backlogs) {
      this.#set('homebird_stator_waiting', 'Rows of a graph that are due', waiting, { graph })
      this.#set('homebird_stator_retrying', 'Rows that are tried again later', retrying, { graph })
      this.#set('homebird_stator_given_up', 'Rows that are tried no more', givenUp, { graph })
      this.#set('homebird_stator_oldest_seconds', 'How long the oldest due row waits', oldestSeconds, {
        graph,
      })
    }
    for (const { graph, handled, failed } of totals) {
      this.#set('homebird_stator_handled_total', 'Rows of a graph that were moved on', handled, { graph })
      this.#set('homebird_stator_failed_total', 'Attempts that failed', failed, { graph })
    }
    this.#set('homebird_stator_tick_age_seconds', 'Since a worker last asked the database', tickAge)
  }

  async #readDeliveries(): Promise<void> {
    const { waiting, servers, troubled } = await readDeliveries(this.#context.db)
    this.#set('homebird_deliveries_waiting', 'Deliveries that are not made yet', waiting)
    this.#set('homebird_deliveries_servers', 'Servers for which deliveries wait', servers)
    this.#set('homebird_peers_troubled', 'Servers that failed to answer the last time', troubled)
  }

  async #readDatabase(): Promise<void> {
    const load = await readDatabaseLoad(this.#context.db)
    this.#set('homebird_database_bytes', 'Size of the database', load.bytes)
    this.#set('homebird_database_connections_most', 'Connections that it allows', load.mostConnections)
    for (const { program, count } of load.connections)
      this.#set('homebird_database_connections', 'Connections, by program', count, { program })
    this.#set('homebird_database_commits_total', 'Transactions that were kept', load.commits)
    this.#set('homebird_database_rollbacks_total', 'Transactions that were not', load.rollbacks)
    this.#set('homebird_database_blocks_read_total', 'Blocks that came from the disk', load.blocksRead)
    this.#set('homebird_database_blocks_hit_total', 'Blocks that were in memory', load.blocksHit)
  }

  async #readCaches(): Promise<void> {
    for (const stats of await statsOf(this.#context.caches)) {
      if (stats.scheme === 'off') continue
      const labels = { cache: stats.name, scheme: stats.scheme }
      this.#set('homebird_cache_up', 'Whether a cache answers', stats.isUp ? 1 : 0, labels)
      this.#set('homebird_cache_bytes', 'What a cache holds', stats.bytes, labels)
      this.#set('homebird_cache_items', 'How many items it holds', stats.items, labels)
      this.#set('homebird_cache_hits_total', 'Asked for and there', stats.hits, labels)
      this.#set('homebird_cache_misses_total', 'Asked for and not there', stats.misses, labels)
      this.#set('homebird_cache_evictions_total', 'Items that went for want of room', stats.evictions, labels)
      this.#set('homebird_cache_saved_bytes_total', 'Bytes that came out of it', stats.bytesSaved, labels)
    }
  }

  #set(name: string, help: string, value: number | null, labels: Labels = {}): void {
    if (value === null) return
    let metric = this.#metrics.get(name)
    if (metric === undefined) {
      const about = { name, help, labelNames: Object.keys(labels), registers: [this.#registry] }
      metric = name.endsWith('_total') ? new Counter(about) : new Gauge(about)
      this.#metrics.set(name, metric)
    }
    // Counted from nothing with every reading: a counter that is told its value goes on where it was.
    metric.inc(labels, value)
  }
}

/** Never below 0, whatever the clock has done; null for what never was. */
const ageSeconds = (at: string | null): number | null =>
  at === null ? null : Math.max(0, (Date.now() - Date.parse(at)) / 1_000)
