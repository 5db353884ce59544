/** `homebird tunnel fetch cloudflared`: the program of a tunnel, fetched on the owner's word and checked. */
import { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { VERSION } from '../core/version.ts'
import { readSettings } from '../appliance/ground.ts'
import { createSafeFetch, userAgentOf } from '../net/safe-fetch.ts'
import { fetchCloudflared } from '../tunnels/cloudflared/fetch-cloudflared.ts'
import { CLOUDFLARED_VERSION, buildHere } from '../tunnels/cloudflared/release.ts'
import { commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

const FETCHED = 'cloudflared'

/** @throws HomebirdError USAGE for any other program, UNPROCESSABLE where none is known, FETCH_* */
export async function fetchProgram(name: string, options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  if (name !== FETCHED)
    throw new HomebirdError('USAGE', `${JSON.stringify(name)} cannot be fetched; there is ${FETCHED}`)
  const build = buildHere()
  if (build === null)
    throw new HomebirdError(
      'UNPROCESSABLE',
      `no cloudflared is known for ${process.platform} on ${process.arch}; install it as cloudflare.com says, and name it by HOMEBIRD_TUNNEL_PROGRAM`,
    )
  const { dir, loaded } = readSettings(sourcesFrom(options))
  const { config } = loaded
  const fetch = createSafeFetch({
    remoteTimeout: config.remoteTimeout,
    allowPrivateAddresses: config.allowPrivateAddresses,
    hostAddresses: config.hostAddresses,
    userAgent: userAgentOf(VERSION, null),
    clock: systemClock,
    log: createLogger('cli', 'warn'),
  })
  io.say(`fetching cloudflared ${CLOUDFLARED_VERSION} from ${new URL(build.url).host} …`)
  try {
    const path = await fetchCloudflared(fetch, build, dir.programs)
    io.put({ program: path, version: CLOUDFLARED_VERSION, sha256: build.programSha256 })
    io.say(`${path}\nIts SHA-256 is the published one. It is used from the next start of the tunnel.`)
  } finally {
    await fetch.close()
  }
  return ExitCode.ok
}
