/** One process at a time: several tasks may be started at once, and each may find the same work to do. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CACHE } from './paths.mjs'

/**
 * Runs `work` under a lock that a dead holder does not keep.
 * @param {string} name
 * @param {() => Promise<void>} work
 */
export async function exclusively(name, work) {
  const lock = join(CACHE, `${name}.lock`)
  mkdirSync(CACHE, { recursive: true })
  let isTold = false
  while (!take(lock)) {
    if (!isTold) console.error(`waiting for another run (${name})…`)
    isTold = true
    await delay(200)
  }
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (existsSync(lock) && !isAlive(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isAlive(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (!(pid > 0)) return true // being written just now
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
