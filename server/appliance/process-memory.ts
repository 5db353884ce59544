/** Memory of a process and of the processes below it, as far as the system tells without asking a program. */
import { readFileSync } from 'node:fs'

/**
 * Proportional set size of the process and its children in bytes: pages that are shared count once over all who share
 * them. Null where there is no /proc or it is closed.
 */
export function proportionalMemoryBytes(pid: number): number | null {
  if (process.platform !== 'linux') return null
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    const pids = [
      pid,
      ...children
        .split(' ')
        .filter((word) => word !== '')
        .map(Number),
    ]
    return pids.reduce((sum, each) => sum + pssOf(each), 0)
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
