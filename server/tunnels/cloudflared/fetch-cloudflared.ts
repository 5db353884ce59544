/** Fetches cloudflared where the owner says so: what does not hash to what its makers have published is thrown away. */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SafeFetch } from '../../net/safe-fetch.ts'
import { type CloudflaredBuild, programName } from './release.ts'
import { unpackProgram } from './unpack-program.ts'

/**
 * @param folder  made where it is not there
 * @returns where the program is now
 * @throws HomebirdError FETCH_* when it cannot be had, UNPROCESSABLE when it is not what it should be; nothing is kept then
 */
export async function fetchCloudflared(
  fetch: Pick<SafeFetch, 'fetchProgram'>,
  build: CloudflaredBuild,
  folder: string,
): Promise<string> {
  const { body } = await fetch.fetchProgram(build.url)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  const fetched = Buffer.concat(chunks)
  requireHash(fetched, build.sha256, build.url)
  const program = build.isArchive ? await unpackProgram(fetched, 'cloudflared') : fetched
  requireHash(program, build.programSha256, `the program in ${build.url}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, programName())
  writeFileAtomically(path, program, 0o755)
  return path
}

function requireHash(bytes: Buffer, wanted: string, what: string): void {
  const seen = createHash('sha256').update(bytes).digest('hex')
  if (seen === wanted) return
  throw new HomebirdError(
    'UNPROCESSABLE',
    `${what} has the SHA-256 ${seen} and must have ${wanted}; nothing of it was kept. Try again later, or install cloudflared from cloudflare.com yourself`,
  )
}
