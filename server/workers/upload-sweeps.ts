/** What was uploaded and is of no more use: attachments without a post, files that nothing names, and what was left over. */
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import { removeAbandoned, removeLeftovers, removeUnnamedFiles } from '../domain/uploads/content-files.ts'
import { noteUnknownFiles } from '../domain/uploads/media-care.ts'
import type { Sweep } from '../stator/sweeper.ts'
import type { MediaStore } from '../storage/media-store.ts'

const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400

interface SweptMedia {
  /** Besides the connection of a sweep: a file goes within a transaction of its own. */
  readonly db: Database
  readonly media: MediaStore
  readonly clock: Clock
  readonly config: Pick<Config, 'mediaUrl'>
}

/** What was uploaded and is in no post, then the files that nothing names any more. */
export function uploadSweeps({ db: database, media, clock, config }: SweptMedia): Sweep[] {
  return [
    {
      name: 'attachments without a post',
      everySeconds: 300,
      run: async (db, batchSize) => removeAbandoned(db, batchSize),
    },
    {
      name: 'files that nothing names',
      everySeconds: 300,
      run: async (_db, batchSize) =>
        (await removeUnnamedFiles(database, media, batchSize, config.mediaUrl)).files,
    },
    {
      name: 'files that nobody knows',
      everySeconds: DAY_SECONDS,
      run: async (db) => {
        await noteUnknownFiles(db, media, clock.now())
        return 0
      },
    },
    {
      name: 'files that were left over',
      everySeconds: HOUR_SECONDS,
      run: async (db) => removeLeftovers(db, media, clock.now()),
    },
  ]
}
