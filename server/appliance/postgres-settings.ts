/** The configuration of the embedded cluster: safe always, and small, from the memory that the machine has. */
import { totalmem } from 'node:os'

const MIB = 1024 * 1024

/** The file that the owner may write own settings into; it is read last. */
export const LOCAL_SETTINGS_FILE = 'local.conf'

/** What the owner's own file cannot change: where the cluster listens, and that nothing acknowledged is lost. */
export interface FixedSettings {
  readonly socketFolder: string | null
  readonly port: number
  readonly maxConnections: number
}

/** Bytes of memory that this process may count on: the machine's, or the limit of its container. */
export function measuredMemoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

/**
 * The text of `postgresql.conf`. The shared buffers stay small because the page cache of the operating system does
 * the same work and is given back when another program wants the memory.
 * @see PostgreSQL manual 19, server configuration
 */
export function postgresConf(memoryBytes: number, hasLocalSettings: boolean): string {
  const mib = (bytes: number, min: number, max: number): string =>
    `${Math.max(min, Math.min(max, Math.floor(bytes / MIB)))}MB`
  const settings: Record<string, string | number> = {
    shared_buffers: mib(memoryBytes / 128, 16, 32),
    effective_cache_size: mib(memoryBytes / 4, 64, 16_384),
    work_mem: '4MB',
    maintenance_work_mem: mib(memoryBytes / 64, 16, 64),
    temp_buffers: '2MB',
    wal_buffers: '2MB',
    huge_pages: 'off',
    // One home: no replicas, no parallel queries, no processes that wait for work that never comes.
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_replication_slots: 0,
    max_logical_replication_workers: 0,
    max_worker_processes: 2,
    max_parallel_workers_per_gather: 0,
    max_prepared_transactions: 0,
    io_method: 'sync',
    jit: 'off',
    autovacuum_max_workers: 1,
    autovacuum_worker_slots: 2,
    autovacuum_naptime: '60s',
    autovacuum_work_mem: '16MB',
    // The hot tables churn: look at them before a fifth of them is dead.
    autovacuum_vacuum_scale_factor: 0.1,
    autovacuum_analyze_scale_factor: 0.05,
    checkpoint_timeout: '10min',
    min_wal_size: '64MB',
    max_wal_size: '512MB',
    random_page_cost: 1.1,
    password_encryption: 'scram-sha-256',
    default_text_search_config: 'pg_catalog.simple',
    timezone: 'UTC',
    log_timezone: 'UTC',
    datestyle: 'iso, ymd',
    lc_messages: 'C',
    lc_monetary: 'C',
    lc_numeric: 'C',
    lc_time: 'C',
    log_line_prefix: '%m [%p] ',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: -1,
    // Details and statements can hold what somebody wrote; the program logs its own failures without that.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    idle_in_transaction_session_timeout: '60s',
    tcp_keepalives_idle: 10,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`)
  return [
    `# Written by Homebird at every start. Own settings go into ${LOCAL_SETTINGS_FILE} beside this file.`,
    ...lines,
    ...(hasLocalSettings ? [`include = '${LOCAL_SETTINGS_FILE}'`] : []),
    '',
  ].join('\n')
}

/** Arguments of the server program; they are stronger than any file. */
export function fixedArguments(fixed: FixedSettings): string[] {
  const settings: Record<string, string | number> = {
    listen_addresses: fixed.socketFolder === null ? '127.0.0.1' : '',
    unix_socket_directories: fixed.socketFolder ?? '',
    unix_socket_permissions: '0700',
    port: fixed.port,
    max_connections: fixed.maxConnections,
    logging_collector: 'off',
    log_destination: 'stderr',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** What must hold before the home uses the database, whatever a file says (rule 112). */
export const REQUIRED_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  data_checksums: 'on',
  password_encryption: 'scram-sha-256',
  server_encoding: 'UTF8',
}
