/** `homebird adopt` from outside: an empty folder becomes the home that another server was. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { systemClock } from '../../server/core/clock.ts'
import { mediaBackend } from '../../server/core/media-backend.ts'
import { parseSetting } from '../../server/core/setting-types.ts'
import { createStorageExchange } from '../../server/net/storage-exchange.ts'
import { S3Client } from '../../server/storage/s3/s3-client.ts'
import { startS3Server } from '../support/s3-server.ts'
import { askListener } from '../support/http-client.ts'
import { newPicture } from '../support/pictures.ts'
import { RUNS, portOf, runToEnd, serve } from '../support/serve-process.ts'
import { type TakaheServer, addressOf, openTakaheServer } from '../support/takahe-server.ts'
import { closeBeforeCluster } from '../support/test-database.ts'

const DOMAIN = 'old.example'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'homebird-adopt-'))
  // As root the database runs as somebody else, who must get there.
  chmodSync(path, 0o755)
  closeBeforeCluster(async () => rm(path, { recursive: true, force: true }))
  return join(path, 'home')
}

async function smallServer() {
  const server = await openTakaheServer(DOMAIN, null)
  const face = server.file('profile_images/2023/1/1/face.png', newPicture())
  const ben = await server.person('ben@old.example', DOMAIN, 'ben', { icon: face })
  const post = await server.post(ben, {
    content: '<p>from before</p>',
    published: new Date('2023-03-04T05:06:07Z'),
  })
  return { server, ben, post }
}

function passwordFile(dataDir: string): string {
  const path = `${dataDir}.password`
  writeFileSync(path, 'a long enough password\n', { mode: 0o600 })
  return path
}

/** Moves its files there, as the old server has them. */
async function inBucket(server: TakaheServer): Promise<string> {
  const s3 = await startS3Server()
  const backend = parseSetting('the bucket', mediaBackend, s3.backend(), true)
  if (backend.kind !== 's3' || backend.credentials === null) throw new Error('it is no bucket')
  const transport = createStorageExchange()
  const client = new S3Client({ backend, credentials: backend.credentials, transport, clock: systemClock })
  for (const path of server.paths) {
    const bytes = readFileSync(join(server.media, path))
    await client.callForHead({ method: 'PUT', key: path, body: bytes })
    rmSync(join(server.media, path))
  }
  await transport.close()
  return s3.backend()
}

async function documentAt(port: number, path: string): Promise<Record<string, unknown>> {
  const answer = await askListener(port, DOMAIN, path, {
    headers: { accept: 'application/activity+json' },
  })
  assert.equal(answer.status, 200, path)
  return answer.json()
}

test('an empty folder becomes the home, which answers at the old addresses', async (t: TestContext) => {
  const { server, ben, post } = await smallServer()
  const dataDir = folder()
  const bucket = await inBucket(server)
  const args = ['adopt', '--database', '-', '--data-dir', dataDir, '--media', '-']
  const look = await runToEnd(t, [...args, '--dry-run'], { input: `${addressOf(server)}\n${bucket}\n` })
  assert.equal(look.code, ExitCode.ok, look.stderr)
  assert.match(look.stdout, /has old\.example\n {2}@ben@old\.example\n[^]*1 posts[^]*Nothing was changed/)
  assert.equal(existsSync(dataDir), false)
  const whole = [...args, '--password-file', passwordFile(dataDir), '--json']
  const taken = await runToEnd(t, whole, { input: `${addressOf(server)}\n${bucket}\n` })
  assert.equal(taken.code, ExitCode.ok, taken.stderr + taken.stdout)
  const report = JSON.parse(taken.stdout.trim().split('\n').at(-1) ?? '') as { taken: Record<string, number> }
  assert.deepEqual([report.taken['own_posts'], report.taken['files']], [1, 1])
  const home = serve(t, dataDir)
  await home.untilSaid(RUNS)
  const port = portOf(home.said(), 'For the public')
  const identity = await documentAt(port, new URL(ben.uri).pathname)
  assert.equal(
    (identity['publicKey'] as { publicKeyPem: string }).publicKeyPem.trim(),
    ben.keys.publicKey.trim(),
  )
  const old = await documentAt(port, new URL(post.uri).pathname)
  assert.deepEqual([old['id'], old['published']], [post.uri, '2023-03-04T05:06:07Z'])
  const icon = new URL((identity['icon'] as { url: string }).url)
  assert.equal((await askListener(port, DOMAIN, icon.pathname)).status, 200)
})

test('what cannot be is refused with the remedy, and nothing is made', async (t: TestContext) => {
  const dataDir = folder()
  const refused = async (database: string, ...args: string[]): Promise<string> => {
    const given = ['adopt', '--data-dir', dataDir, '--database', '-', ...args]
    const { code, stderr } = await runToEnd(t, given, { input: database })
    assert.notEqual(code, ExitCode.ok)
    return stderr
  }
  assert.match(await refused('mysql://a@b/c'), /must be postgresql:/)
  assert.match(await refused('postgresql://a@127.0.0.1:1/c'), /127\.0\.0\.1:1\/c does not answer/)
  const { server } = await smallServer()
  assert.match(
    await refused(addressOf(server), '--media', '/nowhere/at/all'),
    /\/nowhere\/at\/all cannot be read/,
  )
  assert.match(
    await refused(addressOf(server), '--user', 'eve@old.example'),
    /nobody .* "eve@old\.example"; there are ben@old\.example/,
  )
  const named = await refused(addressOf(server), '--media', 's3://key:hidden@127.0.0.1/bucket')
  assert.match(named, /a secret is no argument.*--media -/)
  assert.doesNotMatch(named, /hidden/)
  for (const address of ['postgresql://ana:hidden@127.0.0.1/c', 'postgresql:///c?password=hidden&host=/x']) {
    const typed = await refused('', '--database', address)
    assert.match(typed, /a secret is no argument.*leave --database out/)
    assert.doesNotMatch(typed, /hidden/)
  }
  assert.equal(existsSync(dataDir), false)
})
