/**
 * A fault that nobody handled ends the shell: what goes on after it could be anything. Its parts end by themselves, and the
 * next start takes the home over; nothing that was said to be kept is lost.
 * @see security rule 109
 */
import type { ElectronParts } from './electron-parts.ts'

interface Faulty {
  on(event: 'uncaughtException' | 'unhandledRejection', tell: (fault: unknown) => void): unknown
}

export function endOnFaults(process: Faulty, { app, dialog }: Pick<ElectronParts, 'app' | 'dialog'>): void {
  let isEnding = false
  const end = (fault: unknown): void => {
    if (isEnding) return
    isEnding = true
    const technical = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    dialog.showErrorBox(
      'Homebird has to stop',
      `Something in it went wrong. Nothing is lost; start it again.\n\n${technical}`,
    )
    app.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
