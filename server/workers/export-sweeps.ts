/** Files of exports that were given up, or whose week is over. */
import { removeLeftExports } from '../domain/exports/export-jobs.ts'
import type { Sweep } from '../stator/sweeper.ts'
import type { ExportFolder } from '../storage/export-folder.ts'

export function leftExports({ exports }: { readonly exports: ExportFolder }): Sweep {
  return {
    name: 'files of exports',
    everySeconds: 3_600,
    run: async (db) => removeLeftExports(db, exports),
  }
}
