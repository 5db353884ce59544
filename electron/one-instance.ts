/** One shell at a time for one home: the first holds Electron's lock, every later one hands its arguments over and ends. */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ElectronParts } from './electron-parts.ts'

export interface OneInstance {
  /** Arguments of a later start, those that came before anybody listened too. */
  onSecond(take: (argv: readonly string[]) => void): void
}

const MAX_ARGUMENTS = 64
const MAX_ARGUMENT_LENGTH = 8_192

/**
 * Comes before everything else. The lock belongs to the folder that Electron keeps for the program, so a home in a
 * place of its own gets a folder of its own, and both can run beside each other.
 * @returns null in a later start, which has been told to end
 * @see security rule 96
 */
export function takeInstance(
  app: ElectronParts['app'],
  { argv, env }: { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv },
): OneInstance | null {
  const dataDir = env['HOMEBIRD_DATA_DIR']
  if (dataDir !== undefined && dataDir !== '') keepBeside(app, dataDir)
  if (!app.requestSingleInstanceLock({ argv: [...argv] })) {
    app.exit(0)
    return null
  }
  const early: (readonly string[])[] = []
  let take: ((given: readonly string[]) => void) | null = null
  // Chromium sorts the arguments that it passes on; what came with the lock is in the order that was typed.
  app.on('second-instance', (_event, sorted, _folder, handedOver) => {
    const given = argumentsIn(handedOver) ?? argumentsIn({ argv: sorted }) ?? []
    if (take === null) early.push(given)
    else take(given)
  })
  return {
    onSecond(listener) {
      take = listener
      for (const given of early.splice(0)) listener(given)
    },
  }
}

/** Electron takes a folder that is there alone. */
function keepBeside(app: ElectronParts['app'], dataDir: string): void {
  const folder = join(app.getPath('appData'), folderOf(dataDir))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  app.setPath('userData', folder)
}

function folderOf(dataDir: string): string {
  return `Homebird-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12)}`
}

/** Any program of this user can send them. */
function argumentsIn(handedOver: unknown): readonly string[] | null {
  if (typeof handedOver !== 'object' || handedOver === null || !('argv' in handedOver)) return null
  const { argv } = handedOver
  const isPlain =
    Array.isArray(argv) &&
    argv.length <= MAX_ARGUMENTS &&
    argv.every((one) => typeof one === 'string' && one.length <= MAX_ARGUMENT_LENGTH)
  return isPlain ? (argv as readonly string[]) : null
}
