/** Memory and work of a process and of the processes below it, as far as the system tells without asking a program. */
import { readFileSync } from 'node:fs'

/**
 * Proportional set size of the process and its children in bytes: pages that are shared count once over all who share
 * them. Null where there is no /proc or it is closed.
 */
export function proportionalMemoryBytes(pid: number): number | null {
  const children = childrenOf(pid)
  return children === null ? null : [pid, ...children].reduce((sum, each) => sum + pssOf(each), 0)
}

/** The processes that it has started and that still run; null where the system does not tell. */
export function childrenOf(pid: number): number[] | null {
  if (process.platform !== 'linux') return null
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return children
      .split(' ')
      .filter((word) => word !== '')
      .map(Number)
  } catch {
    return null // gone, or not ours to look at
  }
}

function pssOf(pid: number): number {
  try {
    const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    return Number(kibibytes ?? 0) * 1024
  } catch {
    return 0 // ended between the two looks
  }
}

/** Clock ticks per second in /proc; 100 for every program on Linux, whatever the kernel runs at. */
const TICK_MS = 10
/** Looks that follow each other faster than this say little, and are answered with the last one. */
const LEAST_BETWEEN_MS = 1_000

/** What part of a core a process and its children took between two looks. */
export class CpuMeter {
  #last: { readonly pid: number; readonly atMs: number; readonly usedMs: number } | null = null
  #share: number | null = null

  /** Null for the first look at a process, and where the system does not tell. */
  share(pid: number, nowMs: number): number | null {
    const last = this.#last?.pid === pid ? this.#last : null
    if (last !== null && nowMs - last.atMs < LEAST_BETWEEN_MS) return this.#share
    const usedMs = cpuMs(pid)
    this.#last = usedMs === null ? null : { pid, atMs: nowMs, usedMs }
    this.#share =
      last === null || usedMs === null ? null : Math.max(0, (usedMs - last.usedMs) / (nowMs - last.atMs))
    return this.#share
  }
}

/** Of the process, of its children, and of those children that have ended. Null where there is no /proc. */
function cpuMs(pid: number): number | null {
  const own = cpuFieldsOf(pid)
  if (own === null) return null
  const living = (childrenOf(pid) ?? []).map(cpuFieldsOf)
  return living.reduce((sum, child) => sum + (child?.usedMs ?? 0), own.usedMs + own.endedChildrenMs)
}

function cpuFieldsOf(pid: number): { readonly usedMs: number; readonly endedChildrenMs: number } | null {
  if (process.platform !== 'linux') return null
  try {
    // The name in brackets may hold anything, brackets too; the fields behind the last one are safe to split.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = (index: number): number => Number(fields[index] ?? 0)
    return {
      usedMs: (ticks(11) + ticks(12)) * TICK_MS,
      endedChildrenMs: (ticks(13) + ticks(14)) * TICK_MS,
    }
  } catch {
    return null // gone
  }
}
