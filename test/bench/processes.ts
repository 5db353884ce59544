/** CPU time and proportional memory of the processes of a home, from /proc: Linux only, as the figures are. */
import { readFile, readdir } from 'node:fs/promises'

export type Part = 'supervisor' | 'server' | 'worker' | 'keeper' | 'database' | 'other'

export interface Usage {
  /** User and system time so far, milliseconds. */
  readonly cpuMs: number
  /** Proportional set size, bytes: shared pages are counted once over all. */
  readonly pssBytes: number
}

/** Ticks of /proc per second; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Every process below `pid`, itself included. The database's processes belong to no terminal but to the same tree. */
export async function processTree(pid: number): Promise<number[]> {
  const children = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = (await statOf(Number(name)))?.parent
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const tree: number[] = []
  const waiting = [pid]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    tree.push(next)
    waiting.push(...(children.get(next) ?? []))
  }
  return tree
}

/** Usage by part; a process that ends while it is read is left out. */
export async function usageOf(pids: readonly number[], supervisor: number): Promise<Record<Part, Usage>> {
  const usage: Record<Part, { cpuMs: number; pssBytes: number }> = {
    supervisor: { cpuMs: 0, pssBytes: 0 },
    server: { cpuMs: 0, pssBytes: 0 },
    worker: { cpuMs: 0, pssBytes: 0 },
    keeper: { cpuMs: 0, pssBytes: 0 },
    database: { cpuMs: 0, pssBytes: 0 },
    other: { cpuMs: 0, pssBytes: 0 },
  }
  for (const pid of pids) {
    const [stat, pssBytes, part] = await Promise.all([statOf(pid), pssOf(pid), partOf(pid, supervisor)])
    if (stat === undefined) continue
    // A connection's process ends with it; the postmaster is told what those cost that it waited for.
    usage[part].cpuMs += stat.cpuMs + (part === 'database' ? stat.endedMs : 0)
    usage[part].pssBytes += pssBytes
  }
  return usage
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '') // the process ended meanwhile
}

interface Stat {
  readonly parent: number
  readonly cpuMs: number
  /** Of children that have ended. */
  readonly endedMs: number
}

async function statOf(pid: number): Promise<Stat | undefined> {
  const line = await read(`/proc/${pid}/stat`)
  if (line === '') return undefined
  // The second field may hold spaces and brackets; what follows the last bracket does not.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const msOf = (user: number, system: number): number =>
    ((Number(fields[user]) + Number(fields[system])) * 1000) / TICKS_PER_SECOND
  return { parent: Number(fields[1]), cpuMs: msOf(11, 12), endedMs: msOf(13, 14) }
}

async function pssOf(pid: number): Promise<number> {
  const match = /^Pss:\s+(\d+) kB/m.exec(await read(`/proc/${pid}/smaps_rollup`))
  return Number(match?.[1] ?? 0) * 1024
}

async function partOf(pid: number, supervisor: number): Promise<Part> {
  if (pid === supervisor) return 'supervisor'
  const command = (await read(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ')
  if (/homebird server|server\/main\.ts/.test(command)) return 'server'
  if (/homebird worker|server\/worker\.ts/.test(command)) return 'worker'
  if (/homebird keeper|server\/keeper\.ts/.test(command)) return 'keeper'
  if (/postgres/.test(command)) return 'database'
  return 'other'
}
