/** What ended the shell unasked: kept in the data directory until the next start has told it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../server/appliance/index.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { ShellJournal } from './shell-journal.ts'
import type { Words } from './words.ts'

/** A shell that falls again so soon after the last time is not started again by itself. */
const AGAIN_AFTER_MS = 10 * 60_000
const MAX_CHARACTERS = 1_500

interface Fault {
  readonly atMs: number
  readonly technical: string
  readonly isTold: boolean
}

export interface LastFault {
  /** @returns whether the shell may start again by itself; not where that cannot be known */
  keep(technical: string, nowMs: number): boolean
  /** Of the run before, once; null where there was none. */
  take(): string | null
}

/** @param folder  the data directory; asked when there is something to keep */
export function openLastFault(folder: () => string): LastFault {
  const write = (fault: Fault): boolean => {
    try {
      writeFileAtomically(join(folder(), 'shell-fault.json'), `${JSON.stringify(fault)}\n`, 0o600)
      return true
    } catch {
      return false // no folder yet, or a full disk: what happened was said to whoever started the shell
    }
  }
  return {
    keep(technical, nowMs) {
      const former = read(folder)
      const isSoon = former !== null && Math.abs(nowMs - former.atMs) < AGAIN_AFTER_MS
      return write({ atMs: nowMs, technical: technical.slice(0, MAX_CHARACTERS), isTold: false }) && !isSoon
    },
    take() {
      const former = read(folder)
      if (former === null || former.isTold) return null
      write({ ...former, isTold: true })
      return former.technical
    },
  }
}

function read(folder: () => string): Fault | null {
  try {
    const { atMs, technical, isTold } = JSON.parse(
      readFileSync(join(folder(), 'shell-fault.json'), 'utf8'),
    ) as Partial<Fault>
    if (typeof atMs !== 'number' || typeof technical !== 'string') return null
    return { atMs, technical, isTold: isTold === true }
  } catch {
    return null // none was kept, or the file is damaged: there is nothing to tell
  }
}

interface TellNeeds {
  readonly fault: Pick<LastFault, 'take'>
  readonly journal: ShellJournal
  readonly words: Words
}

export function tellLastFault(
  { Notification: SystemNotification }: Pick<ElectronParts, 'Notification'>,
  { fault, journal, words }: TellNeeds,
): void {
  const technical = fault.take()
  if (technical === null) return
  journal.note(`the shell ended by a fault of its own and was started again: ${technical}`, 'error')
  if (!SystemNotification.isSupported()) return
  new SystemNotification({ title: words('fault.title'), body: words('fault.body') }).show()
}
