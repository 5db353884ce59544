/** `homebird restore`: shows what a backup holds and what it replaces, and puts it in the place of the home. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createNodeLauncher, lookAtPlace, restoreHome } from '../appliance/index.ts'
import type { BackupInside } from '../contracts/backups.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { BackupSource } from '../contracts/keeping.ts'
import { HomebirdError, isHomebirdError } from '../core/errors.ts'
import { lookInside } from '../keeping/restore/look-inside.ts'
import { type CommandIo, askPassword, commandIo, readPasswordFile, requireYes } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { groundOfRunning, restoreBeside } from './restore-beside.ts'
import type { RestoreGround } from './restore-ground.ts'
import { tellRestore } from './tell-restore.ts'

export interface RestoreOptions extends CommonOptions {
  readonly passphraseFile?: string
  readonly yes?: boolean
}

/**
 * @throws HomebirdError NOT_RUNNING while the home starts, NOT_FOUND, DOCUMENT_INVALID, FORBIDDEN, SCHEMA_NEWER, STORAGE_FULL,
 *   UNPROCESSABLE; then nothing was changed
 */
export async function restore(backup: string, options: RestoreOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const sources = sourcesFrom(options)
  const here = lookAtPlace(sources)
  const running = await groundOfRunning(sources, here.dataDir)
  const place = running ?? here
  const from = await sourceOf(backup, place)
  const given = options.passphraseFile === undefined ? null : readPasswordFile(options.passphraseFile)
  const { inside, words } = await look(from, place, given)
  show(io, inside, place)
  if (options.yes !== true) await requireYes(io, 'to put the backup in the place of the home')
  if (running !== null) return restoreBeside(io, sources, running, { task: 'restore', from, words })
  const launcher = createNodeLauncher({ env: sources.env })
  const done = await restoreHome(sources, { launcher, from, words, progress: tellRestore(io) }, new Date())
  const { outcome, replaced, said } = done
  io.put({
    restored: outcome.subject,
    replaced,
    notes: [outcome.message, ...said].filter((note) => note !== null),
  })
  for (const note of [outcome.message, ...said]) if (note !== null) io.say(`  ${note}`)
  io.say(`${outcome.subject ?? 'The backup'} is in its place. Start it with: homebird serve`)
  if (replaced !== null)
    io.say(`What stood here is kept; take it back with: homebird copies restore ${replaced}`)
  return ExitCode.ok
}

/** A file of this machine; else the place before the last slash and the name behind it; a name alone lies in the home's own folder. */
async function sourceOf(
  given: string,
  { addressOf }: Pick<RestoreGround, 'addressOf'>,
): Promise<BackupSource> {
  const path = resolve(given)
  if (existsSync(path)) return { file: path }
  const at = given.lastIndexOf('/')
  if (at === given.length - 1)
    throw new HomebirdError(
      'USAGE',
      `"${given}" names no backup; name a file, or PLACE/NAME, or a name in the home's own folder`,
    )
  return at === -1
    ? { place: 'own', name: given }
    : { place: await addressOf(given.slice(0, at)), name: given.slice(at + 1) }
}

interface Looked {
  readonly inside: BackupInside
  readonly words: string | null
}

/** Asks for the words where a terminal is there and the home's own key does not open it. */
async function look(
  from: BackupSource,
  { dataDir, key }: RestoreGround,
  given: string | null,
): Promise<Looked> {
  const { signal } = new AbortController()
  const open = async (words: string | null): Promise<Looked> => ({
    inside: await lookInside(from, { key, words }, dataDir, signal),
    words,
  })
  try {
    return await open(given)
  } catch (error) {
    if (given !== null || !isHomebirdError(error, 'FORBIDDEN') || !process.stdin.isTTY) throw error
    return open(await askPassword('Passphrase or recovery code of the backup: '))
  }
}

function show(io: CommandIo, inside: BackupInside, { dataDir, isHomeThere }: RestoreGround): void {
  const { name, madeAt, madeBy, platform, identities, posts, followers, following } = inside
  io.put({ inside })
  io.say(`${name}, made at ${madeAt} by Homebird ${madeBy} on ${platform}`)
  io.say(`  identities: ${identities.join(', ')}`)
  io.say(`  posts: ${posts}   followers: ${followers}   following: ${following}`)
  io.say(
    isHomeThere
      ? `It takes the place of the home in ${dataDir}, which is kept beside it.`
      : `There is no home in ${dataDir} yet.`,
  )
}
