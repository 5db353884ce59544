/** A real HTTP feed of releases on loopback, signed by a key made for it, that can be told to misbehave. */
import { type KeyObject, createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { signManifest } from '../../electron/updates/manifest-signature.ts'
import { type UpdateFeed, parseUpdateFeed } from '../../electron/updates/update-feed.ts'

export const MANIFEST_NAME = 'latest-linux.yml'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface TestFeed {
  readonly feed: UpdateFeed
  readonly origin: string
  readonly file: Buffer
  /** What was asked for, with the headers it was asked with. */
  readonly asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  /** Puts a signed release up. @param changes  fields of its manifest, as text of YAML */
  release(version: string, changes?: ReleaseChanges): void
  /** Answers one path otherwise from now on. */
  answer(path: string, answer: Answer): void
  /** Answers nobody any more, as a server that is away. */
  goAway(): Promise<void>
}

export interface ReleaseChanges {
  readonly key?: KeyObject
  readonly fileUrl?: string
  readonly sha512?: string
  readonly size?: number
  readonly name?: string
  /** The name that the signature speaks of. */
  readonly signedName?: string
}

export async function openTestFeed(t: TestContext): Promise<TestFeed> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const answers = new Map<string, Answer>()
  const asked: TestFeed['asked'] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, headers: request.headers })
    const answer = answers.get(path)
    if (answer === undefined) response.writeHead(404).end()
    else answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const goAway = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  t.after(goAway)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')
  const file = randomBytes(300_000)
  const serve = (path: string, content: string | Buffer): void => {
    answers.set(path, (_request, response) => response.end(content))
  }
  return {
    feed: parseUpdateFeed({ url: `${origin}/feed/`, keys: [key] }),
    origin,
    file,
    asked,
    release: (version, changes = {}) => {
      const manifest = Buffer.from(manifestText(version, file, changes))
      const { name = MANIFEST_NAME, signedName = name, fileUrl = `Homebird-${version}.AppImage` } = changes
      const signature = signManifest(signedName, manifest, changes.key ?? privateKey)
      serve(`/feed/${name}`, manifest)
      serve(`/feed/${name}.sig`, `${signature}\n`)
      serve(`/feed/${fileUrl}`, file)
    },
    answer: (path, answer) => answers.set(path, answer),
    goAway,
  }
}

/** As electron-builder writes it. */
export function manifestText(version: string, file: Buffer, changes: ReleaseChanges = {}): string {
  const sha512 = changes.sha512 ?? createHash('sha512').update(file).digest('base64')
  const url = changes.fileUrl ?? `Homebird-${version}.AppImage`
  return [
    `version: ${version}`,
    'files:',
    `  - url: ${url}`,
    `    sha512: ${sha512}`,
    `    size: ${changes.size ?? file.length}`,
    '    blockMapSize: 300',
    `path: ${url}`,
    `sha512: ${sha512}`,
    'releaseNotes: "<p>Posts can be <b>pinned</b>.</p>"',
    "releaseDate: '2026-11-01T12:00:00.000Z'",
    '',
  ].join('\n')
}
