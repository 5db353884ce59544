/** Does the job that a keeper was started with, tells how far it is and how it ended, and ends the process. */
import type { KeeperLook } from '../contracts/keeper-look.ts'
import type { KeeperJob, KeeperOutcome } from '../contracts/keeping.ts'
import { HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import { takeServerOver } from './adopt-job.ts'
import { makeBackup, proveBackup } from './backup-jobs.ts'
import type { JobSurroundings, KeeperChannel } from './job-surroundings.ts'
import { giveHome } from './hand-over/give-home.ts'
import { lookAround } from './look-job.ts'
import { Progress } from './progress.ts'
import { restoreHome, upgradeDatabase } from './restore-jobs.ts'

export async function runJob(channel: KeeperChannel): Promise<never> {
  const { job } = channel.start
  if (job === null) throw new HomebirdError('INTERNAL', 'a keeper was started without a job')
  const controller = new AbortController()
  const work = Promise.withResolvers<undefined>()
  channel.onStop(async () => {
    controller.abort()
    await work.promise
  })
  channel.ready()
  try {
    await doJob(job, surroundingsOf(channel, controller.signal))
  } finally {
    work.resolve(undefined)
  }
  // Answered after all that was told before: then nothing of it is lost with this process.
  if (!controller.signal.aborted)
    await channel.inquire({ kind: 'keeping', ask: 'state' }).catch(() => undefined)
  return channel.finish()
}

async function doJob(job: KeeperJob | KeeperLook, around: JobSurroundings): Promise<void> {
  switch (job.task) {
    case 'list':
    case 'look':
      return lookAround(job, around)
    case 'backup':
      return makeBackup(job, around)
    case 'verify':
      return proveBackup(job, around)
    case 'restore':
      return restoreHome(job, around)
    case 'hand_over':
      return giveHome(job, around)
    case 'upgrade':
      return upgradeDatabase(job, around)
    case 'adopt':
      return takeServerOver(job, around)
    default:
      return job satisfies never
  }
}

function surroundingsOf(channel: KeeperChannel, signal: AbortSignal): JobSurroundings {
  return {
    channel,
    signal,
    perform: async (task, subject, work) => {
      const progress = new Progress(task, (now) => channel.report({ kind: 'keeping', ...now }))
      progress.begin('start', 'bytes', null)
      const tell = (outcome: Pick<KeeperOutcome, 'result' | 'subject' | 'message' | 'isRefuted'>): void =>
        channel.report({
          kind: 'kept',
          task,
          startedAt: progress.startedAt,
          endedAt: new Date().toISOString(),
          ...outcome,
        })
      try {
        const done = await work(progress)
        tell({ result: 'done', subject: done.subject, message: done.message })
        return done.value
      } catch (error) {
        // The supervisor knows what it has cancelled.
        if (!signal.aborted)
          tell({
            result: 'failed',
            subject,
            message: messageOf(error),
            ...(task === 'verify' ? { isRefuted: isRefutal(error) } : {}),
          })
        return null
      }
    },
  }
}

/** A place that does not answer says nothing of what lies there. */
const isRefutal = (error: unknown): boolean =>
  isHomebirdError(error, 'DOCUMENT_INVALID') || isHomebirdError(error, 'NOT_FOUND')

/** What is foreseen says what to do; what is not says all that it knows. */
function messageOf(error: unknown): string {
  return error instanceof HomebirdError ? error.message : describeError(error)
}
