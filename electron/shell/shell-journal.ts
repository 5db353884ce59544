/** What the shell has to say goes into the journal of the home, and waits where there is none yet. */
import type { HomeStage } from '../home/kept-home.ts'

type Level = 'info' | 'warn' | 'error'

export interface ShellJournal {
  /** A sentence that holds nothing private. */
  note(message: string, level?: Level): void
}

interface JournalHome {
  readonly appliance: { note(level: Level, part: string, message: string): void } | null
  onStage(tell: (stage: Pick<HomeStage, 'kind'>) => void): () => void
}

/** A home that does not start for hours is no reason to keep everything. */
const MOST_WAITING = 100

export function openShellJournal(home: JournalHome): ShellJournal {
  const waiting: { readonly level: Level; readonly message: string }[] = []
  home.onStage(({ kind }) => {
    if (kind !== 'running') return
    for (const { level, message } of waiting.splice(0)) home.appliance?.note(level, 'shell', message)
  })
  return {
    note(message, level = 'warn') {
      const { appliance } = home
      if (appliance !== null) appliance.note(level, 'shell', message)
      else if (waiting.length < MOST_WAITING) waiting.push({ level, message })
    },
  }
}
