/**
 * What the first run says of backups. It is arranged before the home is made: then a folder that cannot be used is a field to
 * correct, and a recovery code that was printed opens what is made from the first night on.
 */
import type { BackupsOverview } from '../../contracts/backups.ts'
import type { SetUpForm } from '../../contracts/owner-api.ts'
import type { KeepingRequest } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'

/** What the try before has left, where the home was not made after all. */
export interface SetUpAttempt {
  /** Id of the place that it has added. */
  place: string | null
}

type Wishes = Pick<SetUpForm, 'recoveryCode' | 'passphrase' | 'backupFolder'>

/**
 * The same again changes nothing; what was left away since is taken back.
 * @throws HomebirdError UNPROCESSABLE with `details.fields`, UNAVAILABLE where nobody makes backups
 */
export async function arrangeBackups(
  context: HttpContext,
  wishes: Wishes,
  attempt: SetUpAttempt,
): Promise<void> {
  const { recoveryCode = null, passphrase = null, backupFolder = null } = wishes
  const { supervision } = context
  if (supervision === null) {
    if ([recoveryCode, passphrase, backupFolder].every((wish) => wish === null)) return
    throw new HomebirdError(
      'UNAVAILABLE',
      'this server was started by no supervisor, which alone keeps backups',
    )
  }
  if (backupFolder !== null) await tryFolder(context, backupFolder)
  const ask = async (request: KeepingRequest): Promise<unknown> => supervision.keep(request)
  let overview = (await ask({ kind: 'keeping', ask: 'backups' })) as BackupsOverview
  const { place } = attempt
  // A command may have taken it away meanwhile.
  if (place !== null && overview.places.some(({ id }) => id === place))
    overview = (await ask({ kind: 'keeping', ask: 'remove_place', place })) as BackupsOverview
  attempt.place = null
  const { locks, places } = overview
  for (const [by, words] of [
    ['recovery', recoveryCode],
    ['passphrase', passphrase],
  ] as const)
    if (words !== null || locks[by]) await ask({ kind: 'keeping', ask: 'lock', by, words })
  if (backupFolder === null) return
  const added = (await ask({ kind: 'keeping', ask: 'add_place', address: backupFolder })) as BackupsOverview
  const known = new Set(places.map(({ id }) => id))
  attempt.place = added.places.find(({ id }) => !known.has(id))?.id ?? null
}

async function tryFolder({ backupShelf, log }: HttpContext, folder: string): Promise<void> {
  const trial = await backupShelf?.try(folder)
  if (trial?.isGood === true) return
  log.warn({ event: 'set_up.folder_refused', message: trial?.message ?? 'there are no places here' })
  throw new HomebirdError('UNPROCESSABLE', `set-up form: backupFolder refused: ${trial?.message ?? folder}`, {
    details: { fields: { backupFolder: 'folder_unusable' } },
  })
}
