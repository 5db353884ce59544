/** `homebird cache stats|clear`: what the caches hold and save, and emptying them, while the home runs and while it does not. */
import { randomUUID } from 'node:crypto'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { readSettings } from '../appliance/ground.ts'
import { CACHE_NAMES, type CacheCleared, type CacheName, type NamedCacheStats } from '../contracts/caches.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { cacheUrls } from '../core/cache-folders.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { notify } from '../db/transaction.ts'
import { forgetAllMessage } from '../storage/caches/locmem-cache.ts'
import { type Caches, openCaches, statsOf } from '../storage/caches/open-caches.ts'
import { type CommandIo, commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { withAnyHome } from './with-home.ts'

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
  const cleared = await withCaches(options, async (caches) => {
    const done: CacheCleared[] = []
    for (const one of names) done.push({ name: one, items: await clearOne(one, caches, options) })
    return done
  })
  io.put({ cleared })
  for (const { name: one, items } of cleared)
    io.say(items === null ? `${one}: emptied` : `${one}: emptied of ${items} items`)
  return ExitCode.ok
}

/** Of all three caches, asked of their stores; what was counted is counted by the processes of the home. */
export async function readCacheStats(options: CommonOptions): Promise<NamedCacheStats[]> {
  return withCaches(options, statsOf)
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

async function clearOne(name: CacheName, caches: Caches, options: CommonOptions): Promise<number | null> {
  const { dir, loaded } = readSettings(sourcesFrom(options))
  if (cacheUrls(loaded.config)[name].scheme === 'locmem') {
    // It lies in the memory of the processes; without them there is nothing.
    if (!isDataDirLocked(dir)) return 0
    await withAnyHome({ ...options, json: true }, async (db) =>
      notify(db, 'caches', forgetAllMessage(name, randomUUID())),
    )
    return null
  }
  const items = await caches[name].clear()
  const { isUp, scheme } = await caches[name].stats()
  if (isUp || scheme === 'file') return items
  throw new HomebirdError(
    'UNAVAILABLE',
    `the store of the ${name} cache (${scheme}) does not answer; it was not emptied`,
  )
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(bytes < 10 * MEGABYTE ? 1 : 0)} MB`
