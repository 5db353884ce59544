/** Takes a Takahē server over into the running home: the same that the command does, beside everything else. */
import type { AdoptionOrder } from '../contracts/adoption-order.ts'
import { systemClock } from '../core/clock.ts'
import { dataDirAt } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { parseDatabaseUrl } from '../db/connection.ts'
import { openForeignDatabase } from '../db/foreign-database.ts'
import { type OpenDatabase, openDatabase } from '../db/pool.ts'
import { type AdoptionProgress, adopt } from '../domain/adoption/adopt.ts'
import { planAdoption } from '../domain/adoption/plan.ts'
import { type Source, openSource } from '../domain/adoption/source.ts'
import { ADOPTED_LIMITS, type AdoptionWorld } from '../domain/adoption/step.ts'
import { createStorageExchange } from '../net/storage-exchange.ts'
import { type FileSource, openFileSource } from '../storage/file-source.ts'
import { openMediaStore } from '../storage/open-media-store.ts'
import type { JobSurroundings, KeeperChannel } from './job-surroundings.ts'
import type { Progress } from './progress.ts'

type Working = JobSurroundings & { readonly progress: Progress }

/** Broken off, it keeps what it has taken over, and goes on from there when it is ordered again. */
export async function takeServerOver(job: AdoptionOrder, around: JobSurroundings): Promise<void> {
  await around.perform('adopt', null, async (progress) => {
    const foreign = await openForeignDatabase(parseDatabaseUrl(job.database))
    // A long look at the old database is not waited for.
    const breakOff = (): void => void foreign.close()
    around.signal.addEventListener('abort', breakOff, { once: true })
    try {
      return await takeFrom(await openSource(foreign), job, { ...around, progress })
    } finally {
      around.signal.removeEventListener('abort', breakOff)
      await foreign.close()
    }
  })
}

async function takeFrom(source: Source, job: AdoptionOrder, working: Working) {
  const plan = await planAdoption(source, job)
  const files = await openFiles(job.media)
  const home = openHome(working.channel)
  const media = openMedia(working.channel)
  try {
    const { db } = home
    const world: AdoptionWorld = {
      db,
      source,
      plan,
      files,
      media,
      passwordHash: job.passwordHash,
      config: working.channel.start.settings,
      limits: ADOPTED_LIMITS,
      now: systemClock.now(),
    }
    const report = await adopt(world, tellOf(working.progress), working.signal)
    const subject = plan.domains[0]?.domain ?? null
    return { subject, message: null, value: report }
  } finally {
    await media.close()
    await home.close()
    await files?.close()
  }
}

async function openFiles(media: string | null): Promise<FileSource | null> {
  return media === null ? null : openFileSource(media, createStorageExchange, systemClock)
}

const CONNECTIONS = 3

function openHome({ start }: KeeperChannel): OpenDatabase {
  if (start.database === null) {
    throw new HomebirdError('INTERNAL', 'a keeper was started without the database that it is to fill')
  }
  const log = createLogger('keeper', 'warn', 2)
  return openDatabase(start.database, {
    connections: CONNECTIONS,
    applicationName: 'homebird adopt',
    log,
  })
}

function openMedia({ start: { settings, dataDir } }: KeeperChannel): ReturnType<typeof openMediaStore> {
  return openMediaStore({
    config: settings,
    backend: settings.mediaBackend,
    folder: settings.mediaRoot ?? dataDirAt(dataDir).media,
    clock: systemClock,
    openTransport: createStorageExchange,
  })
}

function tellOf(progress: Progress): (now: AdoptionProgress) => void {
  let [step, before] = ['', 0]
  return (now) => {
    if (now.step !== step) {
      progress.begin(now.step, now.step === 'files' ? 'files' : 'rows', now.total)
      before = 0
    }
    progress.add(now.done - before)
    ;[step, before] = [now.step, now.done]
  }
}
