/** Lends the keeper of a home to a command: that of the running home, or one for as long as it takes. */
import { existsSync } from 'node:fs'
import type { KeepingAnswer } from '../../contracts/backups.ts'
import type { KeepingRequest } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import { withOwnDatabase } from '../borrow-database.ts'
import { Child } from '../child.ts'
import { askControlSocket } from '../control-socket.ts'
import { isDataDirLocked, readLockHolder } from '../data-dir-lock.ts'
import { type GroundSources, chosenDataDir } from '../ground.ts'
import type { Launcher } from '../launcher.ts'
import { isOfKeeper, openKeeperPart } from './open-keeper-part.ts'

export type AskKeeper = (request: KeepingRequest) => Promise<KeepingAnswer>

/**
 * @param launcher  starts the keeper where no home runs
 * @throws HomebirdError NOT_RUNNING when there is no home in the folder, or while it starts
 */
export async function withKeeper<T>(
  sources: GroundSources,
  launcher: Launcher,
  use: (ask: AskKeeper) => Promise<T>,
): Promise<T> {
  const dir = chosenDataDir(sources)
  if (isDataDirLocked(dir)) {
    const controlSocket = readLockHolder(dir)?.controlSocket ?? null
    if (controlSocket === null)
      throw new HomebirdError(
        'NOT_RUNNING',
        `the home in ${dir.path} is still starting; try again in a moment`,
      )
    return use(async (request) => (await askControlSocket(controlSocket, request)) as KeepingAnswer)
  }
  if (!existsSync(dir.applianceDatabase))
    throw new HomebirdError('NOT_RUNNING', `there is no home in ${dir.path}; make one with: homebird serve`)
  return withOwnDatabase(sources, launcher, async (ground, connection) => {
    const notice = (level: 'info' | 'warn' | 'error', message: string): void =>
      ground.store.journal({ level, part: 'keeper', message })
    const keeper = openKeeperPart(ground, sources, {
      connection: () => connection,
      conditions: null,
      restoring: null,
      notice,
      launch: () =>
        new Child(
          launcher,
          { role: 'keeper', name: 'keeper' },
          {
            line: () => undefined,
            notice,
            reported: (report) => {
              if (isOfKeeper(report)) keeper.heard(report)
            },
          },
        ),
    })
    try {
      return await use((request) => keeper.answer(request))
    } finally {
      await keeper.stop()
    }
  })
}
