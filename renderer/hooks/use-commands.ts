/** Lets a part of the page answer keys while it is on the screen. */
import { useEffect, useEffectEvent } from 'react'
import type { CommandHandler } from '../keys/command-bus.ts'
import { useServices } from './use-services.ts'

export function useCommands(handler: CommandHandler): void {
  const { commands } = useServices()
  const latest = useEffectEvent(handler)
  useEffect(() => commands.add((command) => latest(command)), [commands])
}
