/** Looks after the backups for the owner: a check of the doctor, and a word for the shell that shows the home. */
import type { BackupsOverview } from '../../contracts/backups.ts'
import type { BackupTrouble } from '../../contracts/home-feed.ts'
import { type TroubleFound, backupTrouble } from '../../core/backup-trouble.ts'
import { describeError } from '../../core/errors.ts'
import { type DoctorCheck, GOOD } from '../../domain/doctor/check.ts'
import type { HttpContext } from '../http-context.ts'

export function backupsCheck(context: HttpContext): DoctorCheck {
  return {
    name: 'backups',
    async run() {
      if (context.supervision === null) return null
      const found = await lookAtBackups(context)
      if (found === 'elsewhere') return null
      if (found === null) return GOOD
      const { is, place } = found
      return {
        state: is === 'unproven' ? 'look' : 'bad',
        facts: { place: place.label, at: place.lastMadeAt, reason: place.failure },
      }
    },
  }
}

/** Whoever shows the home asks every few seconds; nothing of this changes so soon. */
const KNOWN_FOR_MS = 60_000

export class BackupLook {
  readonly #context: HttpContext
  #known: BackupTrouble | null = null
  #askedMs = -Infinity

  constructor(context: HttpContext) {
    this.#context = context
  }

  async trouble(): Promise<BackupTrouble | null> {
    const { clock, log } = this.#context
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#askedMs < KNOWN_FOR_MS) return this.#known
    this.#askedMs = nowMs
    try {
      const found = await lookAtBackups(this.#context)
      this.#known = found === null || found === 'elsewhere' ? null : found.is
    } catch (error) {
      // What was known stands until it can be asked again.
      log.warn({ event: 'owner.backups_unknown', error: describeError(error) })
    }
    return this.#known
  }
}

/**
 * @returns `elsewhere` where another machine makes them: only that one knows of them
 * @throws HomebirdError UNAVAILABLE where the supervisor does not answer
 */
async function lookAtBackups({
  supervision,
  db,
  clock,
}: HttpContext): Promise<TroubleFound | 'elsewhere' | null> {
  // None is made while another computer speaks for the home.
  if (supervision === null || supervision.voice !== 'speaks') return null
  const owner = await db.selectFrom('owner').select('created_at').executeTakeFirst()
  // Nothing is worth a backup before there is somebody.
  if (owner === undefined) return null
  const overview = (await supervision.keep({ kind: 'keeping', ask: 'backups' })) as BackupsOverview
  if (!overview.isFirst && overview.at !== 'never') return 'elsewhere'
  return backupTrouble(overview, owner.created_at, clock.now())
}
