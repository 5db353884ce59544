/** How far the restoring of a home is, for whoever looks at a terminal or reads lines. */
import type { KeeperProgress } from '../contracts/keeping.ts'
import type { CommandIo } from './command-io.ts'

const PROGRESS_EVERY_MS = 1_000

const STEPS: Readonly<Record<string, string>> = {
  read: 'reading and filling',
  indexes: 'making indexes, proving references',
  compare: 'comparing what lies there with the backup',
  media: 'bringing media',
  schema: 'bringing the schema up to date',
}

export function tellRestore(io: CommandIo): (progress: KeeperProgress) => void {
  let toldAtMs = -Infinity
  let step = ''
  return (progress) => {
    io.put({ kind: 'progress', ...progress })
    if (progress.step === step && performance.now() - toldAtMs < PROGRESS_EVERY_MS) return
    const { done, total, unit } = progress
    if (progress.step !== step) io.say(`  ${STEPS[progress.step] ?? progress.step}`)
    else if (unit === 'bytes' && total !== null) io.say(`    ${megabytes(done)} of ${megabytes(total)}`)
    toldAtMs = performance.now()
    step = progress.step
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`
