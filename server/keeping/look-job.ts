/** Looks at backups for somebody who restores while no server runs that could do it: which there are, and what one holds. */
import type { KeeperLook, KeeperSight, PlacedBackup } from '../contracts/keeper-look.ts'
import { readPlaceAddress, placeLabel } from '../core/backup-places.ts'
import { describeError, isHomebirdError } from '../core/errors.ts'
import { inTime } from '../core/in-time.ts'
import { readBackupName, BACKUP_PREFIX } from './format/names.ts'
import type { JobSurroundings } from './job-surroundings.ts'
import { openNamedPlace } from './places/open-named-place.ts'
import { lookInside } from './restore/look-inside.ts'

/** As long as one place is waited for. */
const PATIENCE_MS = 10_000

type Around = Pick<JobSurroundings, 'channel' | 'signal'>

export async function lookAround(look: KeeperLook, { channel, signal }: Around): Promise<void> {
  const { dataDir } = channel.start
  const sight = await seen(look, dataDir, signal).catch(refusalOf)
  if (!signal.aborted) channel.report({ kind: 'seen', sight })
}

async function seen(look: KeeperLook, dataDir: string, signal: AbortSignal): Promise<KeeperSight> {
  if (look.task === 'look')
    return { saw: 'inside', inside: await lookInside(look.from, look, dataDir, signal) }
  return listPlaces(look.places, async (place) => listPlace(place, dataDir))
}

/** Side by side, each only for so long: the disk of another machine that is away holds nobody but itself. */
export async function listPlaces(
  places: readonly string[],
  list: (place: string) => Promise<PlacedBackup[]>,
  patienceMs = PATIENCE_MS,
): Promise<Extract<KeeperSight, { readonly saw: 'places' }>> {
  const [backups, flaws]: [PlacedBackup[], string[]] = [[], []]
  // What is no address of a place is a flaw of that place alone, and then nothing was asked of it.
  const looked = places.map(async (place) => {
    const subject = placeLabel(readPlaceAddress(place))
    const remedy = 'see whether its disk or server is there, or choose a file'
    return inTime(list(place), patienceMs, { subject, remedy })
  })
  for (const found of await Promise.allSettled(looked))
    if (found.status === 'fulfilled') backups.push(...found.value)
    else flaws.push(sentenceOf(found.reason))
  return { saw: 'places', backups: backups.toSorted(newestFirst), flaws }
}

async function listPlace(address: string, dataDir: string): Promise<PlacedBackup[]> {
  const place = await openNamedPlace(address, dataDir)
  try {
    const found: PlacedBackup[] = []
    for await (const { name, bytes } of place.list(BACKUP_PREFIX)) {
      const madeAt = readBackupName(name)?.madeAt.toISOString()
      if (madeAt !== undefined) found.push({ place: address, name, madeAt, bytes })
    }
    return found
  } finally {
    await place.close()
  }
}

const newestFirst = (one: PlacedBackup, other: PlacedBackup): number =>
  Date.parse(other.madeAt) - Date.parse(one.madeAt)

const refusalOf = (error: unknown): KeeperSight => ({ saw: 'refusal', message: sentenceOf(error) })

/** What is foreseen says what to do; what is not says all that it knows. */
const sentenceOf = (error: unknown): string => (isHomebirdError(error) ? error.message : describeError(error))
