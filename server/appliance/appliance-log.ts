/** Brings the words of all parts to three places: the log file, the journal, and whoever looks on. */
import type { ApplianceStore } from './appliance-store.ts'
import type { ApplianceEvent } from './appliance-status.ts'
import { type HomeLog, cleanLine } from './log-files.ts'

export type Level = 'info' | 'warn' | 'error'

export interface ApplianceLog {
  /** A sentence for people: into log file and journal. */
  notice(level: Level, part: string, message: string): void
  /** The same of one part. */
  noticeOf(part: string): (level: Level, message: string) => void
  /** A line of a child's output: into the log file. What is not JSON is wrapped, as an error of that part. */
  line(part: string, text: string): void
}

export function createApplianceLog(
  file: HomeLog,
  store: ApplianceStore,
  tell: (event: ApplianceEvent) => void,
): ApplianceLog {
  const notice: ApplianceLog['notice'] = (level, part, message) => {
    const clean = cleanLine(message)
    writeIfPossible(() => file.write(jsonLine(level, part, 'appliance.notice', clean)))
    writeIfPossible(() => store.journal({ level, part, message: clean }))
    tell({ kind: 'notice', level, part, message: clean })
  }
  return {
    notice,
    noticeOf: (part) => (level, message) => notice(level, part, message),
    line(part, text) {
      if (text === '') return
      const line =
        text.startsWith('{') && text.endsWith('}') ? text : jsonLine('error', part, 'process.output', text)
      writeIfPossible(() => file.write(line))
      tell({ kind: 'line', line: cleanLine(line) })
    },
  }
}

/** A full disk takes no words; the home goes on without them, and whoever looks on is told all the same. */
function writeIfPossible(write: () => void): void {
  try {
    write()
  } catch {
    // There is nowhere left to say so.
  }
}

function jsonLine(level: Level, part: string, event: string, message: string): string {
  return JSON.stringify({ level, time: new Date().toISOString(), part, event, message })
}
