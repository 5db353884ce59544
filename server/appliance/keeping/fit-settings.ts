/**
 * Settings of another machine that mean nothing on this one: the address of a database that the restored home does not use, folders
 * that cannot be had here, addresses that this machine has not. They are taken out, and named.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { dirname, posix, win32 } from 'node:path'
import { SETTINGS, type SettingName } from '../../core/settings.ts'
import type { ApplianceStore } from '../appliance-store.ts'

const LISTENING: ReadonlySet<SettingName> = new Set(['bind', 'privateListen'])
const EVERY_ADDRESS = new Set(['0.0.0.0', '::'])

/** @returns a sentence for each that was taken out; secrets are not in it */
export function fitSettings(store: Pick<ApplianceStore, 'settings' | 'removeSetting'>): string[] {
  const said: string[] = []
  for (const [name, value] of Object.entries(store.settings()) as [SettingName, string][]) {
    const why = whyNot(name, value)
    if (why === null) continue
    store.removeSetting(name)
    said.push(`${SETTINGS[name].env} of the backup was left out: ${why}`)
  }
  return said
}

function whyNot(name: SettingName, value: string): string | null {
  if (name === 'databaseUrl')
    return value === '' ? null : 'the restored home has a database of its own, and not the external one'
  if (LISTENING.has(name)) {
    const host = hostOf(value)
    return isIP(host) === 0 || isHere(host) ? null : `this machine has no address ${host}`
  }
  const folder = folderIn(value)
  return folder === null || canBeHad(folder) ? null : `there is no place ${folder} on this machine`
}

/** Of `127.0.0.1`, `[::1]:80`, `192.168.1.5:4181`; a port alone, or a path, has none. */
function hostOf(value: string): string {
  if (isIP(value) !== 0) return value
  return /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1] ?? /^([\d.]+):\d+$/.exec(value)?.[1] ?? ''
}

function isHere(host: string): boolean {
  if (EVERY_ADDRESS.has(host)) return true
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host))
}

/** A path, also of the other kind of system, and that of a URL of a folder. */
function folderIn(value: string): string | null {
  const path = /^(?:file|local):\/\/(\/?[^?]+)/.exec(value)?.[1] ?? value
  return posix.isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path) ? decodeURI(path) : null
}

/** It is there, or can be made where something is. */
function canBeHad(folder: string): boolean {
  const isOfHere = process.platform === 'win32' ? win32.isAbsolute(folder) : posix.isAbsolute(folder)
  if (!isOfHere) return false
  if (existsSync(folder)) return true
  try {
    accessSync(dirname(folder), constants.W_OK)
    return true
  } catch {
    return false // absent or closed: either way it is no place for us
  }
}
