/** Lets a part of the page answer keys while it is on the screen: from before it is seen, so that none is struck in vain. */
import { useEffectEvent, useLayoutEffect } from 'react'
import type { CommandHandler } from '../keys/command-bus.ts'
import { columnOf } from '../keys/focused-column.ts'
import { useServices } from './use-services.ts'

export function useCommands(handler: CommandHandler): void {
  const { commands } = useServices()
  const latest = useEffectEvent(handler)
  useLayoutEffect(() => commands.add((command) => latest(command)), [commands])
}

/** For lists of the middle: while a thread beside them has the focus, the keys are the thread's. */
export function useMiddleCommands(handler: CommandHandler): void {
  useCommands((command) => columnOf(document.activeElement) === 'middle' && handler(command))
}
