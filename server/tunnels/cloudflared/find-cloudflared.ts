/** Which cloudflared is run: the one that is named, else the one that was fetched, else one that is installed. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TunnelFinding } from '../../contracts/tunnel.ts'
import { describeError } from '../../core/errors.ts'
import { askProgram, isOlder, versionIn } from '../ask-program.ts'
import { type Environment, findProgram } from '../program.ts'
import { type CloudflaredBuild, programName } from './release.ts'

/** The first that takes a token of its dashboard from the environment. */
const OLDEST = [2022, 3, 0]

export interface CloudflaredPlaces {
  /** As the owner has named it; null for one that is to be found. */
  readonly named: string | null
  /** Folder of fetched programs. */
  readonly programs: string
  /** What a fetched one must be; null where none can be fetched. */
  readonly build: CloudflaredBuild | null
}

export type FoundCloudflared = { readonly path: string } | { readonly finding: TunnelFinding }

export async function findCloudflared(
  places: CloudflaredPlaces,
  environment: Environment,
): Promise<FoundCloudflared> {
  const found = await placeOf(places, environment)
  if ('finding' in found) return found
  const { text, isSound } = await askProgram(found.path, ['--version'], environment)
  const version = isSound ? versionIn(text) : null
  if (version !== null && !isOlder(version, OLDEST)) return found
  const said = version === null ? `says ${JSON.stringify(text.slice(0, 100))}` : `is ${version.join('.')}`
  const message = `${found.path} ${said} and must be cloudflared ${OLDEST.join('.')} or newer; update it, or fetch one: homebird tunnel fetch cloudflared`
  return { finding: { weight: 'stop', code: 'PROGRAM_TOO_OLD', message } }
}

async function placeOf(places: CloudflaredPlaces, environment: Environment): Promise<FoundCloudflared> {
  if (places.named !== null) {
    const path = await findProgram(places.named, environment)
    return path === null
      ? missing(`${places.named} (HOMEBIRD_TUNNEL_PROGRAM) is not there or cannot be run`, places)
      : { path }
  }
  const fetched = await findProgram(join(places.programs, programName()), environment)
  if (fetched !== null && places.build !== null) return whole(fetched, places.build)
  const installed = await findProgram('cloudflared', environment)
  return installed === null ? missing('cloudflared is not installed', places) : { path: installed }
}

/** A program that was changed after it was fetched is not run. */
async function whole(path: string, build: CloudflaredBuild): Promise<FoundCloudflared> {
  const seen = await hashOf(path).catch((error: unknown) => describeError(error))
  if (seen === build.programSha256) return { path }
  const message = `${path} is not what was fetched (SHA-256 ${seen} and not ${build.programSha256}); fetch it again: homebird tunnel fetch cloudflared`
  return { finding: { weight: 'stop', code: 'PROGRAM_CHANGED', message } }
}

/** SHA-256 in hex. @throws the error of the file system */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function missing(what: string, { build }: CloudflaredPlaces): FoundCloudflared {
  const fetching =
    build === null ? '' : ', or have one fetched and checked: homebird tunnel fetch cloudflared'
  const message = `${what}; install it${fetching}`
  return { finding: { weight: 'stop', code: 'NO_PROGRAM', message } }
}
