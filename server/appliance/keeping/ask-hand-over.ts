/** Asks the home of a folder about its handing over, whether it runs or not. */
import { existsSync } from 'node:fs'
import type { HandOverRequest, HandOverState } from '../../contracts/hand-over.ts'
import { HomebirdError } from '../../core/errors.ts'
import { readLease, removeLease } from '../../core/lease-file.ts'
import { type ControlQuestion, askControlSocket } from '../control-socket.ts'
import { isDataDirLocked, lockDataDir, readLockHolder } from '../data-dir-lock.ts'
import { type GroundSources, chosenDataDir } from '../ground.ts'
import { stateOfLease } from './hand-over-part.ts'

type Asked = Extract<HandOverRequest, { readonly ask: 'state' | 'offer' | 'speak' }>

/** @throws HomebirdError NOT_RUNNING for an offer of a home that does not run, UNPROCESSABLE with why a running one refuses */
export async function askHandOver(sources: GroundSources, request: Asked): Promise<HandOverState> {
  const dir = chosenDataDir(sources)
  if (isDataDirLocked(dir)) return (await askRunningHome(sources, request)) as HandOverState
  if (!existsSync(dir.applianceDatabase))
    throw new HomebirdError('NOT_RUNNING', `there is no home in ${dir.path}; make one with: homebird serve`)
  if (request.ask === 'offer')
    throw new HomebirdError(
      'NOT_RUNNING',
      `the home in ${dir.path} does not run; start it with: homebird serve, and offer it while it runs`,
    )
  if (request.ask === 'speak') {
    const lock = lockDataDir(dir)
    try {
      removeLease(dir.path)
    } finally {
      lock.release()
    }
  }
  return stateOfLease(readLease(dir.path))
}

/** @throws HomebirdError NOT_RUNNING where none does, or while it starts; UNPROCESSABLE with why it refuses */
export async function askRunningHome(sources: GroundSources, question: ControlQuestion): Promise<unknown> {
  const dir = chosenDataDir(sources)
  const controlSocket = isDataDirLocked(dir) ? (readLockHolder(dir)?.controlSocket ?? null) : null
  if (controlSocket !== null) return askControlSocket(controlSocket, question)
  throw new HomebirdError('NOT_RUNNING', `the home in ${dir.path} does not run now`)
}
