/** Where the files of the shell lie: the same plan in a checkout (sources) and in the packed app (bundles). */
import { dirname, extname, join } from 'node:path'
import type { ChildRole } from '../server/contracts/child-message.ts'

export interface ShellPlaces {
  readonly entries: Readonly<Record<ChildRole, string>>
  /** The window's bundle. */
  readonly windowDir: string
  /** The page of the start-up window. */
  readonly startDir: string
  readonly preloadDir: string
  readonly resourcesDir: string
}

/** @param mainFile  the entry of the shell, `electron/main.ts` or what was made of it */
export function placesFrom(mainFile: string): ShellPlaces {
  const extension = extname(mainFile)
  const shell = dirname(mainFile)
  const root = dirname(shell)
  const entry = (name: string): string => join(root, 'server', `${name}${extension}`)
  return {
    entries: {
      migrate: entry('migrate'),
      server: entry('main'),
      worker: entry('worker'),
      tunnel: entry('tunnel'),
      decoder: entry('decoder'),
      keeper: entry('keeper'),
    },
    windowDir: join(root, 'renderer', 'dist'),
    startDir: join(shell, 'windows', 'startup'),
    preloadDir: join(shell, 'preload'),
    resourcesDir: join(root, 'resources'),
  }
}
