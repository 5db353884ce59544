/** Restores a backup into a home in the making, or brings the rows of an older PostgreSQL into that of today. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { KeeperJob, RestoreJob } from '../contracts/keeping.ts'
import { HomebirdError } from '../core/errors.ts'
import { copyDatabase } from '../db/copy-database.ts'
import { type Restored, restoreBackup } from './restore/restore-backup.ts'
import type { JobSurroundings, KeeperChannel } from './job-surroundings.ts'

type UpgradeJob = Extract<KeeperJob, { readonly task: 'upgrade' }>

export async function restoreHome(
  job: RestoreJob,
  { channel, signal, perform }: JobSurroundings,
): Promise<void> {
  const subject = 'file' in job.from ? job.from.file : job.from.name
  await perform('restore', subject, async (progress) => {
    const { dataDir } = channel.start
    const restored = await restoreBackup({ ...job, dataDir, database: databaseOf(channel), progress, signal })
    return { subject: restored.name, message: sayRestored(restored), value: restored }
  })
}

/** Null where there is nothing to say. */
function sayRestored({ aside, missingMedia }: Restored): string | null {
  const waiting = aside.deliveries + aside.acts
  const said = [
    waiting === 0
      ? null
      : `${waiting} things that were about to go out then may have gone out since: they are set aside, and can be tried again on the page Status`,
    aside.scheduled === 0
      ? null
      : `${aside.scheduled} scheduled posts whose time has passed wait for another time`,
    aside.isToldGone
      ? 'other servers were told that its identities are gone, or may have been, and many will not take anything of them any more: see the doctor'
      : null,
    missingMedia === 0 ? null : `${missingMedia} own files lay neither in the backup nor beside it`,
  ].filter((line) => line !== null)
  return said.length === 0 ? null : said.join('; ')
}

export async function upgradeDatabase(
  job: UpgradeJob,
  { channel, signal, perform }: JobSurroundings,
): Promise<void> {
  const subject = `PostgreSQL ${job.from} to ${job.to}`
  await perform('upgrade', subject, async (progress) => {
    let [step, before] = ['', 0]
    const copied = await copyDatabase(job.source, databaseOf(channel), {
      signal,
      progress(now, done, total) {
        if (now !== step) {
          progress.begin(now, now === 'indexes' ? 'rows' : 'bytes', total)
          before = 0
        }
        progress.add(done - before)
        ;[step, before] = [now, done]
      },
    })
    const { leftBehind } = copied
    const message =
      leftBehind.length === 0
        ? null
        : `tables that are not the home's stay in the old database: ${leftBehind.join(', ')}`
    return { subject, message, value: copied }
  })
}

function databaseOf({ start }: KeeperChannel): DatabaseConnection {
  if (start.database !== null) return start.database
  throw new HomebirdError('INTERNAL', 'a keeper was started without the database that it is to fill')
}
