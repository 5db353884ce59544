/**
 * Which programs of others a process of this home runs, on disk: whoever is killed by force leaves them running, and the
 * next one ends them. A number alone is never believed to be the process that was meant.
 */
import { readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { writeFileAtomically } from './atomic-file.ts'
import { processFacts } from './process-facts.ts'

interface LedgerEntry {
  readonly pid: number
  readonly startedAtMs: number
}

/** The start times of two looks may differ by this much: the system tells them from a clock that is put right. */
const START_TOLERANCE_MS = 2_000
/** Then by force. */
const TERM_LIMIT_MS = 3_000
const LOOK_EVERY_MS = 50

export class ProgramLedger {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Where the system does not tell when it started, nothing is written: it could not be told from another later. */
  add(pid: number): void {
    const facts = processFacts(pid)
    if (facts === null) return
    this.#write([...this.#read(), { pid, startedAtMs: facts.startedAt.getTime() }])
  }

  remove(pid: number): void {
    this.#write(this.#read().filter((entry) => entry.pid !== pid))
  }

  /** Ends what stands here and still runs. To be called while nobody runs any. @returns what was ended */
  async endAll(): Promise<number[]> {
    const left = this.#read().filter(isAlive)
    for (const { pid } of left) signal(pid, 'SIGTERM')
    const limit = performance.now() + TERM_LIMIT_MS
    while (left.some(isAlive) && performance.now() < limit) await delay(LOOK_EVERY_MS)
    for (const { pid } of left.filter(isAlive)) signal(pid, 'SIGKILL')
    rmSync(this.#path, { force: true })
    return left.map(({ pid }) => pid)
  }

  /** Torn or strange counts as empty: it can only have been written by us. */
  #read(): LedgerEntry[] {
    try {
      const found: unknown = JSON.parse(readFileSync(this.#path, 'utf8'))
      return Array.isArray(found) ? found.filter(isEntry) : []
    } catch {
      return []
    }
  }

  #write(entries: readonly LedgerEntry[]): void {
    if (entries.length === 0) rmSync(this.#path, { force: true })
    else writeFileAtomically(this.#path, JSON.stringify(entries), 0o600)
  }
}

function isEntry(found: unknown): found is LedgerEntry {
  const { pid, startedAtMs } = (found ?? {}) as Partial<Record<keyof LedgerEntry, unknown>>
  return Number.isInteger(pid) && Number(pid) > 1 && typeof startedAtMs === 'number'
}

function isAlive({ pid, startedAtMs }: LedgerEntry): boolean {
  const facts = processFacts(pid)
  return facts !== null && Math.abs(facts.startedAt.getTime() - startedAtMs) < START_TOLERANCE_MS
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended between the look and the signal.
  }
}
