/** Places of packaging: what is staged, for which machine, and where results go. */
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
const DIST = join(ROOT, 'dist')

/** The program as it is given away: bundled, with its resources and native packages. */
export const STAGED_APP = join(DIST, 'app')
/** PostgreSQL beside it, as extra resources. */
export const STAGED_POSTGRES = join(DIST, 'postgres')
/** The terms of all parts, and their list. */
export const STAGED_NOTICES = join(DIST, 'notices')
export const STAGED_ICONS = join(DIST, 'icons')
export const PACKED = join(DIST, 'packed')
export const NPM_PACKAGE = join(DIST, 'npm')

export interface Target {
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly arch: 'x64' | 'arm64'
}

/** @throws for a machine that nothing is packed for */
export function parseTarget(platform: string, arch: string): Target {
  if (platform !== 'linux' && platform !== 'darwin' && platform !== 'win32')
    throw new Error(`platform is "${platform}" and must be linux, darwin or win32`)
  if (arch !== 'x64' && arch !== 'arm64') throw new Error(`arch is "${arch}" and must be x64 or arm64`)
  return { platform, arch }
}
