/** `homebird cache stats|clear`: what the caches hold and save, and emptying them, while the home runs and while it does not. */
import { askControlSocket } from '../appliance/control-socket.ts'
import { isDataDirLocked, readLockHolder } from '../appliance/data-dir-lock.ts'
import { chosenDataDir, readSettings } from '../appliance/ground.ts'
import {
  CACHE_NAMES,
  type CacheCleared,
  type CacheName,
  type CacheQuestion,
  type EmptiedCache,
  type NamedCacheStats,
} from '../contracts/caches.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { emptied } from '../storage/caches/answer-caches.ts'
import { type Caches, openCaches, statsOf } from '../storage/caches/open-caches.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const MEGABYTE = 1_048_576

export async function cacheStats(options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const caches = await readCacheStats(options)
  io.put({ caches })
  sayCaches(io, caches)
  return ExitCode.ok
}

/** @throws HomebirdError USAGE for an unknown name, UNAVAILABLE where a store does not answer */
export async function clearCache(name: string | undefined, options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const names = CACHE_NAMES.filter((known) => name === undefined || name === known)
  if (names.length === 0)
    throw new HomebirdError('USAGE', `${name} is no cache; there are ${CACHE_NAMES.join(', ')}`)
  const cleared: CacheCleared[] = []
  for (const one of names) cleared.push(await clearOne(one, options))
  io.put({ cleared })
  for (const { name: one, items } of cleared)
    io.say(items === null ? `${one}: emptied` : `${one}: emptied of ${items} items`)
  return ExitCode.ok
}

/** Of all three caches: of the home that runs, as it has them set; else of their stores, by the settings of this command. */
export async function readCacheStats(options: CommonOptions): Promise<NamedCacheStats[]> {
  const told = await askHome(options, 'caches').catch((error: unknown) => {
    // What is known without that home is better than nothing.
    if (error instanceof HomebirdError) return null
    throw error
  })
  return Array.isArray(told) ? (told as NamedCacheStats[]) : withCaches(options, statsOf)
}

export function sayCaches(io: CommandIo, caches: readonly NamedCacheStats[]): void {
  for (const { name, scheme, isUp, bytes, items, maxBytes, hits, misses, evictions, bytesSaved } of caches) {
    const facts = [
      isUp ? '' : 'does not answer or has no room',
      bytes === null ? '' : `${megabytes(bytes)}${maxBytes === null ? '' : ` of ${megabytes(maxBytes)}`}`,
      items === null ? '' : `${items} items`,
      `${hits} hits`,
      `${misses} misses`,
      evictions === null ? '' : `${evictions} evicted`,
      `${megabytes(bytesSaved)} saved`,
    ]
    const line = scheme === 'off' ? 'off' : facts.filter((fact) => fact !== '').join(', ')
    io.say(`  cache ${name.padEnd(8)} ${scheme.padEnd(9)} ${line}`)
  }
}

async function withCaches<T>(options: CommonOptions, work: (caches: Caches) => Promise<T>): Promise<T> {
  const { dir, loaded } = readSettings(sourcesFrom(options))
  const caches = openCaches({
    config: loaded.config,
    dir,
    clock: systemClock,
    log: createLogger('command', 'error', 2),
    notice: () => undefined,
    gossip: null,
  })
  try {
    return await work(caches)
  } finally {
    await caches[Symbol.asyncDispose]()
  }
}

/** Of a home that has nobody who could answer, as it starts or ends, or is of another version. */
const NOBODY_TO_ASK = /NOT_RUNNING|unknown question/

/** Null where no home runs, or nobody of it could answer. @throws HomebirdError with what the home says against it */
async function askHome(options: CommonOptions, ask: CacheQuestion): Promise<unknown> {
  const dir = chosenDataDir(sourcesFrom(options))
  const socket = isDataDirLocked(dir) ? (readLockHolder(dir)?.controlSocket ?? null) : null
  if (socket === null) return null
  try {
    return await askControlSocket(socket, { kind: 'caches', ask })
  } catch (error) {
    if (error instanceof HomebirdError && NOBODY_TO_ASK.test(`${error.code} ${error.message}`)) return null
    throw error
  }
}

async function clearOne(name: CacheName, options: CommonOptions): Promise<CacheCleared> {
  const told = (await askHome(options, `clear_${name}`)) as EmptiedCache | null
  const { scheme, isUp, items } = told ?? (await withCaches(options, async (caches) => emptied(caches, name)))
  if (told === null && scheme === 'locmem' && isDataDirLocked(chosenDataDir(sourcesFrom(options))))
    throw new HomebirdError(
      'UNAVAILABLE',
      `the ${name} cache lies in the memory of the home, which starts or ends; try again`,
    )
  if (!isUp && scheme !== 'file')
    throw new HomebirdError(
      'UNAVAILABLE',
      `the store of the ${name} cache (${scheme}) does not answer; it was not emptied`,
    )
  // How many lay in the memory of the other processes nobody knows.
  return { name, items: told !== null && scheme === 'locmem' ? null : items }
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0)} MB`
