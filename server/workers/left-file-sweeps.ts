/** Files of exports that were given up, or whose week is over, and archives of imports that are over. Each worker looks after its machine. */
import type { Clock } from '../core/clock.ts'
import { removeLeftArchives } from '../domain/archives/archive-progress.ts'
import { removeLeftExports } from '../domain/exports/export-jobs.ts'
import type { Sweep } from '../stator/sweeper.ts'
import type { ArchiveShelf } from '../storage/archives/archive-shelf.ts'
import type { ExportFolder } from '../storage/export-folder.ts'

export interface KeptFiles {
  readonly exports: ExportFolder
  readonly shelf: ArchiveShelf
  readonly clock: Clock
}

export function leftFiles({ exports, shelf, clock }: KeptFiles): Sweep[] {
  return [
    {
      name: 'files of exports',
      everySeconds: 3_600,
      run: async (db) => removeLeftExports(db, exports),
    },
    {
      name: 'archives that were taken in',
      everySeconds: 3_600,
      run: async (db) => removeLeftArchives(db, shelf, clock.now()),
    },
  ]
}
