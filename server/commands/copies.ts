/** `homebird copies`: the copies that were made before the first start of another version, and taking one back. */
import { listHomeCopies, takeHomeCopyBack } from '../appliance/index.ts'
import type { HomeCopy } from '../appliance/copies/copy-manifest.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const PROGRESS_EVERY_MS = 1_000

export async function listCopies(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const copies = listHomeCopies(sourcesFrom(options))
  io.put({ copies: copies.map(summary) })
  if (copies.length === 0)
    io.say('There are no copies. One is made by itself before the first start of another version.')
  for (const copy of copies) io.say(`${copy.name}   ${sentence(copy)}`)
  if (copies.length > 0)
    io.say(
      'Media files are in no copy, and no external database. Take one back with: homebird copies restore NAME',
    )
  return ExitCode.ok
}

/** @throws HomebirdError DATA_DIR_LOCKED while the home runs, NOT_FOUND, DOCUMENT_INVALID, STORAGE_FULL; then nothing was changed */
export async function restoreCopy(name: string, options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  let toldAtMs = performance.now()
  const done = await takeHomeCopyBack(sourcesFrom(options), name, {
    progress(doneBytes, totalBytes) {
      if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return
      toldAtMs = performance.now()
      io.say(`  ${megabytes(doneBytes)} of ${megabytes(totalBytes)}`)
    },
  })
  io.put(done)
  io.say(
    `${done.name} is in its place: the home as Homebird ${done.ofVersion ?? 'of an earlier version'} had left it.`,
  )
  if (done.replaced !== null)
    io.say(`What stood here is kept; take it back with: homebird copies restore ${done.replaced}`)
  io.say(
    'The Homebird that is started next brings it up to its own version. To stay with the older one, install that first.',
  )
  return ExitCode.ok
}

function summary({ name, manifest, problem }: HomeCopy) {
  const { files, folders, ...facts } = manifest ?? { files: null, folders: null }
  return { name, ...facts, fileCount: files?.length ?? null, folderCount: folders?.length ?? null, problem }
}

function sentence({ manifest, problem }: HomeCopy): string {
  if (manifest === null) return `cannot be used: ${problem}`
  const version = manifest.ofVersion ?? 'an earlier version'
  if (manifest.kind === 'replaced') return `what was replaced then, of ${version}`
  const database = manifest.database === 'external' ? ', without the external database' : ''
  return `of ${version}, made before ${manifest.beforeVersion}, ${megabytes(manifest.bytes)}${database}`
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MB`
}
