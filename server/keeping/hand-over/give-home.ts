/** Hands the home over to another machine: opens the door, sends everything to who has the code, and gives the word. */
import { hostname } from 'node:os'
import { type Writable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HandOverRequest, OfferedHome } from '../../contracts/hand-over.ts'
import type { HandOverJob } from '../../contracts/keeping.ts'
import { systemClock } from '../../core/clock.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'
import { SecretBox } from '../../core/secret-box.ts'
import { VERSION } from '../../core/version.ts'
import { openSnapshot } from '../../db/copies/snapshot.ts'
import { type PairedListener, openPairedListener } from '../../net/paired/paired-listener.ts'
import { createStorageExchange } from '../../net/storage-exchange.ts'
import { openMediaStore } from '../../storage/open-media-store.ts'
import { writeBackup } from '../backup/write-backup.ts'
import type { JobSurroundings, KeeperChannel } from '../job-surroundings.ts'
import type { BackupPlace } from '../places/backup-place.ts'
import type { Progress } from '../progress.ts'
import { HandOverDesk, requireConfirmed } from './hand-over-desk.ts'

const LOOK_EVERY_MS = 500
const SIGN_EVERY_MS = 60_000

type Working = Pick<JobSurroundings, 'channel' | 'signal'> & { readonly progress: Progress }

export async function giveHome(
  job: HandOverJob,
  { channel, signal, perform }: JobSurroundings,
): Promise<void> {
  await perform('hand_over', job.given?.peer ?? null, async (progress) => {
    progress.begin(job.given === null ? 'waiting' : 'telling', 'bytes', null)
    const desk = deskOf(job, { channel, signal, progress })
    const listener = await openDoor(job, desk)
    const looks = setInterval(() => desk.look(), LOOK_EVERY_MS)
    // Who waits for somebody does not hang.
    const signs = setInterval(() => progress.add(0), SIGN_EVERY_MS)
    try {
      await channel.inquire({ kind: 'hand_over', ask: 'listening', port: listener.port })
      const peer = requireConfirmed(await Promise.race([desk.ended, abortedBy(signal)]))
      return { subject: peer, message: null, value: peer }
    } finally {
      clearInterval(looks)
      clearInterval(signs)
      await listener[Symbol.asyncDispose]()
    }
  })
}

async function openDoor({ door, mayMove }: HandOverJob, desk: HandOverDesk): Promise<PairedListener> {
  const answer = desk.answer.bind(desk)
  try {
    return await openPairedListener({ ...door, answer })
  } catch (error) {
    if (!mayMove || !isHomebirdError(error, 'PORT_TAKEN')) throw error
    return openPairedListener({ ...door, port: 0, answer })
  }
}

function abortedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void => reject(new HomebirdError('NOT_RUNNING', 'it was broken off'))
    if (signal.aborted) refuse()
    signal.addEventListener('abort', refuse, { once: true })
  })
}

function deskOf(job: HandOverJob, working: Working): HandOverDesk {
  const { channel, progress } = working
  const tell = async (request: HandOverRequest): Promise<void> => void (await channel.inquire(request))
  let step = ''
  return new HandOverDesk({
    job,
    now: () => Date.now(),
    ticks: () => performance.now(),
    home: () => lookAtHome(channel),
    paired: (peer, ticketHash) => tell({ kind: 'hand_over', ask: 'paired', peer, ticketHash }),
    pause: async () => {
      progress.begin('pausing', 'bytes', null)
      await tell({ kind: 'hand_over', ask: 'pause' })
    },
    give: () => tell({ kind: 'hand_over', ask: 'give' }),
    confirm: () => tell({ kind: 'hand_over', ask: 'confirm' }),
    async send(into) {
      try {
        await send(job, working, into)
      } catch (error) {
        channel.notice('warn', `the home could not be sent to its end: ${describeError(error)}`)
        throw error
      }
    },
    filling(now, done, total) {
      const name = `there_${now}`
      if (name !== step) progress.begin(name, 'bytes', total)
      step = name
      progress.set(done)
    },
  })
}

async function lookAtHome({ start }: KeeperChannel): Promise<OfferedHome> {
  const snapshot = await openSnapshot(databaseOf(start))
  try {
    const { identities, posts, followers, following, schemaVersion } = snapshot.facts
    let bytes = snapshot.tableBytes
    for await (const file of snapshot.mediaFiles()) bytes += file.bytes
    const name = hostname()
    return { name, madeBy: VERSION, schemaVersion, identities, posts, followers, following, bytes }
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
}

async function send(job: HandOverJob, { channel, signal, progress }: Working, into: Writable): Promise<void> {
  const { start } = channel
  const dir = dataDirAt(start.dataDir)
  const media = openMediaStore({
    config: start.settings,
    backend: start.settings.mediaBackend,
    folder: start.settings.mediaRoot ?? dir.media,
    clock: systemClock,
    openTransport: createStorageExchange,
  })
  try {
    await writeBackup({
      database: databaseOf(start),
      dir,
      box: new SecretBox(start.secretsKey),
      media,
      place: lineAsPlace(into),
      keys: { key: job.keys.key, locks: [] },
      isWhole: true,
      progress,
      signal,
      now: systemClock.now(),
    })
  } finally {
    await media.close()
  }
}

/** It takes one backup, and has nothing to give back. */
function lineAsPlace(into: Writable): BackupPlace {
  const label = 'the other computer'
  return {
    label,
    async *list() {},
    async put(_name, source, signal) {
      let bytes = 0
      const counter = new Transform({
        transform(chunk: Buffer, _encoding, next) {
          bytes += chunk.length
          next(null, chunk)
        },
      })
      await pipeline(source, counter, into, { signal })
      return bytes
    },
    get: () => Promise.reject(new HomebirdError('INTERNAL', 'nothing is read from the other computer')),
    remove: () => Promise.resolve(),
    free: () => Promise.resolve(null),
    close: () => Promise.resolve(),
  }
}

function databaseOf({ database }: KeeperChannel['start']) {
  if (database !== null) return database
  throw new HomebirdError('INTERNAL', 'a keeper was started without the database')
}
