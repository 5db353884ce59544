/** Machines of one test that see each other by cables alone: network namespaces of Linux, joined by pairs of interfaces. */
import { execFileSync } from 'node:child_process'
import { findProgram } from './find-program.ts'

const IP = findProgram('ip') ?? 'ip'

/** Null where they may be made; else the line to skip with. */
export const NO_NAMESPACES = refusalHere()

export interface Machine {
  readonly name: string
  /** Put before a command, it runs there. */
  readonly within: readonly string[]
}

export interface Cable {
  /** Of the one that was named first, and of the other. */
  readonly addresses: readonly [string, string]
  /** Pulled out: both ends know it. */
  cut(): void
  mend(): void
}

/** @param close  takes what undoes it */
export function openMachine(name: string, close: (undo: () => void) => void): Machine {
  const own = `hb-${process.pid}-${name}`
  ip('netns', 'add', own)
  close(() => ip('netns', 'del', own))
  const within = [IP, 'netns', 'exec', own]
  ip('-n', own, 'link', 'set', 'lo', 'up')
  return { name: own, within }
}

/** @param net  of 10.213.<net>.0/24; one for each cable */
export function joinMachines(one: Machine, other: Machine, net: number): Cable {
  const addresses = [`10.213.${net}.1`, `10.213.${net}.2`] as const
  const names = [`hb${net}a`, `hb${net}b`] as const
  ip('-n', one.name, 'link', 'add', names[0], 'type', 'veth', 'peer', 'name', names[1], 'netns', other.name)
  for (const [index, machine] of [one, other].entries()) {
    const device = names[index] ?? ''
    ip('-n', machine.name, 'addr', 'add', `${addresses[index]}/24`, 'dev', device)
    ip('-n', machine.name, 'link', 'set', device, 'up')
  }
  return {
    addresses,
    cut: () => ip('-n', one.name, 'link', 'set', names[0], 'down'),
    mend: () => ip('-n', one.name, 'link', 'set', names[0], 'up'),
  }
}

function ip(...words: readonly string[]): void {
  execFileSync(IP, words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

function refusalHere(): string | null {
  if (process.platform !== 'linux') return 'skipped: this system has no network namespaces'
  const name = `hb-${process.pid}-try`
  try {
    ip('netns', 'add', name)
    ip('netns', 'exec', name, 'true')
    ip('-n', name, 'link', 'add', 'hbtry0', 'type', 'veth', 'peer', 'name', 'hbtry1')
    return null
  } catch {
    return 'skipped: network namespaces may not be made here'
  } finally {
    try {
      ip('netns', 'del', name)
    } catch {
      // There is none.
    }
  }
}
