/** What is drawn after the rest of the page has been: it does not keep the reader from seeing that. */
import { type ReactNode, startTransition, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { useCommands } from '../hooks/use-commands.ts'
import { useServices } from '../hooks/use-services.ts'
import type { Command } from '../keys/keymap.ts'

interface LaterProps {
  /** What it answers: whoever presses the key before it is drawn has it drawn at once. */
  readonly command: Command
  readonly children: ReactNode
}

export function Later({ command: own, children }: LaterProps): ReactNode {
  const { commands } = useServices()
  const [isDrawn, setDrawn] = useState(false)
  useEffect(() => startTransition(() => setDrawn(true)), [])
  useCommands((command) => {
    if (isDrawn || command !== own) return false
    flushSync(() => setDrawn(true))
    return commands.dispatch(command)
  })
  return isDrawn ? children : null
}
