/** Newer versions from a feed that may be anything: electron-updater's real AppImage class over real HTTP. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type EngineNeeds,
  type UpdaterEngine,
  openUpdaterEngine,
} from '../../../../electron/updates/updater-engine.ts'
import { MANIFEST_NAME, type TestFeed, manifestText, openTestFeed } from '../../../support/update-feed.ts'

const MANIFEST = `/feed/${MANIFEST_NAME}`
const FILE = '/feed/Homebird-1.1.0.AppImage'

interface World {
  readonly feed: TestFeed
  readonly engine: UpdaterEngine
  readonly folder: string
  /** The AppImage that "runs". */
  readonly program: string
  readonly kept: string[]
  readonly relaunches: () => number
  readonly free: { bytes: number }
  /** As the next start makes it: nothing is left but what lies on the disk. */
  readonly startAgain: (
    kind?: EngineNeeds['kind'],
    platform?: NodeJS.Platform,
    appImage?: string,
  ) => UpdaterEngine
}

const PATIENT = { totalMs: 60_000, silenceMs: 60_000 }

async function openWorld(
  t: TestContext,
  newest: string | null = null,
  limits = { ...PATIENT },
): Promise<World> {
  const feed = await openTestFeed(t)
  const folder = mkdtempSync(join(tmpdir(), 'hb-update-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'Homebird.AppImage')
  writeFileSync(program, 'the old program')
  process.env['APPIMAGE'] = program
  t.after(() => delete process.env['APPIMAGE'])
  const appUpdateConfig = join(folder, 'app-update.yml')
  writeFileSync(appUpdateConfig, 'updaterCacheDirName: homebird-updater\n')
  const kept: string[] = []
  let relaunches = 0
  const free = { bytes: 1e9 }
  const startAgain: World['startAgain'] = (kind = 'appimage', platform = 'linux', appImage = program) =>
    openUpdaterEngine({
      feed: feed.feed,
      kind,
      platform,
      arch: 'x64',
      appImage,
      seen: {
        current: '1.0.0',
        newest: () => kept.at(-1) ?? newest,
        keepNewest: (version) => void kept.push(version),
      },
      appUpdateConfig,
      cacheFolder: join(folder, 'cache'),
      relaunch: () => (relaunches += 1),
      log: () => undefined,
      freeBytes: async () => free.bytes,
      limits: { look: limits, file: limits },
    })
  return { feed, engine: startAgain(), folder, program, kept, relaunches: () => relaunches, startAgain, free }
}

const pendingFiles = (folder: string): string[] =>
  readdirSync(join(folder, 'cache', 'homebird-updater', 'pending')).sort()

test('a newer signed version is found, brought, checked and put in the place of the running one', async (t) => {
  const { feed, engine, program, kept, folder, relaunches } = await openWorld(t)
  feed.release('1.1.0')
  const found = await engine.look()
  assert.deepEqual([found?.version, found?.notes], ['1.1.0', 'Posts can be pinned.'])
  const percents: number[] = []
  await engine.bring((percent) => percents.push(percent))
  assert.equal(percents.at(-1), 100)
  assert.ok(percents.every((percent, place) => place === 0 || percent > (percents[place - 1] ?? 0)))
  assert.equal(readFileSync(program, 'utf8'), 'the old program')
  await engine.install(true)
  assert.deepEqual(readFileSync(program), feed.file)
  assert.equal(statSync(program).mode & 0o777, 0o755)
  assert.equal(relaunches(), 1)
  assert.deepEqual(kept, ['1.1.0'])
  assert.deepEqual(readdirSync(folder).sort(), ['Homebird.AppImage', 'app-update.yml', 'cache'])
  assert.deepEqual(
    feed.asked.map(({ path }) => path),
    [MANIFEST, `${MANIFEST}.sig`, FILE],
  )
  // Nothing that tells one computer from another.
  const headers = new Set(feed.asked.flatMap((request) => Object.keys(request.headers)))
  assert.deepEqual([...headers].sort(), [
    'accept-encoding',
    'cache-control',
    'connection',
    'host',
    'user-agent',
  ])
})

test('what was brought before is used again after a start, but only while it is the signed file', async (t) => {
  const { feed, engine, startAgain, folder } = await openWorld(t)
  feed.release('1.1.0')
  const brings = async (which: UpdaterEngine): Promise<number> => {
    await which.look()
    await which.bring(() => undefined)
    return feed.asked.filter(({ path }) => path === FILE).length
  }
  assert.equal(await brings(engine), 1)
  assert.equal(await brings(startAgain()), 1)
  const brought = join(folder, 'cache', 'homebird-updater', 'pending', 'Homebird-1.1.0.AppImage')
  writeFileSync(brought, Buffer.alloc(feed.file.length))
  assert.equal(await brings(startAgain()), 2)
  assert.deepEqual(readFileSync(brought), feed.file)
})

test('packages and the installer for Windows come the same way, each the file of its kind', async (t) => {
  for (const [kind, platform, manifest, name] of [
    ['deb', 'linux', 'latest-linux.yml', 'Homebird-1.1.0.deb'],
    ['rpm', 'linux', 'latest-linux.yml', 'Homebird-1.1.0.rpm'],
    ['nsis', 'win32', 'latest.yml', 'Homebird-Setup-1.1.0.exe'],
  ] as const) {
    const { feed, folder, startAgain } = await openWorld(t)
    feed.release('1.1.0', { fileUrl: name, name: manifest })
    const engine = startAgain(kind, platform)
    assert.equal((await engine.look())?.version, '1.1.0')
    await engine.bring(() => undefined)
    assert.deepEqual(readFileSync(join(folder, 'cache', 'homebird-updater', 'pending', name)), feed.file)
    assert.equal(engine.installsQuietly, kind === 'nsis')
  }
})

test('the running version and one that waits to be put up again are no news', async (t) => {
  const { feed, engine } = await openWorld(t)
  feed.release('1.0.0')
  assert.equal(await engine.look(), null)
  await assert.rejects(
    engine.bring(() => undefined),
    /no newer version to bring/,
  )
  await assert.rejects(engine.install(false), /nothing to install yet/)
})

test('an older version is refused, and one older than what the feed has offered before', async (t) => {
  const older = await openWorld(t)
  older.feed.release('0.9.0')
  await assert.rejects(older.engine.look(), /offers 0\.9\.0, which is older than the running 1\.0\.0/)
  const replayed = await openWorld(t, '1.2.0')
  replayed.feed.release('1.1.0')
  await assert.rejects(replayed.engine.look(), /offers 1\.1\.0 though it has offered 1\.2\.0 before/)
  assert.deepEqual([...older.kept, ...replayed.kept], [])
})

test('a manifest that is unsigned, altered, for another system or by another hand is not even read', async (t) => {
  const { feed, engine, kept } = await openWorld(t)
  const refused = async (): Promise<void> => assert.rejects(engine.look(), /is not signed by whoever made/)
  feed.release('1.1.0', { key: generateKeyPairSync('ed25519').privateKey })
  await refused()
  feed.release('1.1.0', { signedName: 'latest-mac.yml' })
  await refused()
  feed.release('1.1.0')
  feed.answer(MANIFEST, (_, response) => response.end(manifestText('1.1.1', feed.file)))
  await refused()
  // A text that the reader of YAML would choke on is never given to it.
  feed.answer(MANIFEST, (_, response) => response.end('{{{'))
  await refused()
  feed.answer(`${MANIFEST}.sig`, (_, response) => response.end('none\n'))
  await refused()
  feed.answer(`${MANIFEST}.sig`, (_, response) => response.writeHead(404).end())
  await assert.rejects(engine.look(), /latest-linux\.yml\.sig answered 404/)
  assert.deepEqual(kept, [])
})

test('a file that is not the signed one is not kept, whatever its length', async (t) => {
  const { feed, engine, folder } = await openWorld(t)
  feed.release('1.1.0')
  await engine.look()
  const refused = async (answer: (response: ServerResponse) => unknown, why: RegExp): Promise<void> => {
    feed.answer(FILE, (_, response) => void answer(response))
    await assert.rejects(
      engine.bring(() => undefined),
      why,
    )
    assert.deepEqual(pendingFiles(folder), [])
  }
  const altered = Buffer.from(feed.file)
  altered[17] = (altered[17] ?? 0) ^ 1
  await refused((response) => response.end(altered), /is not the file that was signed/)
  await refused(
    (response) => response.end(feed.file.subarray(0, 1_000)),
    /has 1000 bytes where .* says 300000/,
  )
  await refused((response) => {
    response.writeHead(200, { 'content-length': feed.file.length })
    response.write(feed.file.subarray(0, 1_000), () => response.destroy())
  }, /broke off after 1000 bytes/)
  await refused((response) => response.write(Buffer.alloc(400_000)), /is larger than 300000 bytes/)
  await refused((response) => response.writeHead(500).end(), /answered 500/)
})

test('a file for which there is no room is not begun', async (t) => {
  const { feed, engine, free } = await openWorld(t)
  feed.release('1.1.0')
  await engine.look()
  free.bytes = 200_299_999
  await assert.rejects(
    engine.bring(() => undefined),
    /needs 201 MB in .*pending and 201 MB are free/,
  )
  assert.ok(!feed.asked.some(({ path }) => path === FILE))
  free.bytes += 1
  await engine.bring(() => undefined)
})

test('what was brought and then changed on the disk is not installed', async (t) => {
  const { feed, engine, folder, program } = await openWorld(t)
  feed.release('1.1.0')
  await engine.look()
  await engine.bring(() => undefined)
  const brought = join(folder, 'cache', 'homebird-updater', 'pending', 'Homebird-1.1.0.AppImage')
  writeFileSync(brought, Buffer.alloc(feed.file.length))
  await assert.rejects(engine.install(false), /is not the file that was signed/)
  rmSync(brought)
  await assert.rejects(engine.install(false), { code: 'ENOENT' })
  assert.equal(readFileSync(program, 'utf8'), 'the old program')
})

test('where the new program cannot be put, the old one stays', async (t) => {
  const { feed, startAgain, program, folder, relaunches } = await openWorld(t)
  const engine = startAgain('appimage', 'linux', join(folder, 'gone', 'Homebird.AppImage'))
  feed.release('1.1.0')
  await engine.look()
  await engine.bring(() => undefined)
  await assert.rejects(engine.install(true), { code: 'ENOENT' })
  assert.equal(readFileSync(program, 'utf8'), 'the old program')
  assert.equal(relaunches(), 0)
})

test('a link that stands where the new program is put together leads nothing elsewhere', async (t) => {
  const { feed, engine, program, folder } = await openWorld(t)
  const elsewhere = join(folder, 'elsewhere')
  writeFileSync(elsewhere, 'of somebody else')
  symlinkSync(elsewhere, `${program}.new`)
  feed.release('1.1.0')
  await engine.look()
  await engine.bring(() => undefined)
  await engine.install(false)
  assert.deepEqual(readFileSync(program), feed.file)
  assert.equal(lstatSync(program).isFile(), true)
  assert.equal(readFileSync(elsewhere, 'utf8'), 'of somebody else')
})

test('the feed leads nowhere else: not its manifest at all, its files to https only', async (t) => {
  const { feed, engine } = await openWorld(t)
  let visits = 0
  const elsewhere = createServer((_, response) => {
    visits += 1
    response.end()
  }).listen(0, '127.0.0.1')
  t.after(() => elsewhere.close())
  await once(elsewhere, 'listening')
  const place = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  const lead = (path: string, to: string): void =>
    feed.answer(path, (_, response) => response.writeHead(302, { location: to }).end())
  feed.release('1.1.0')
  await engine.look()
  lead(FILE, `${place}${FILE}`)
  await assert.rejects(
    engine.bring(() => undefined),
    /leads to http:.*, where nothing is fetched from/,
  )
  lead(FILE, FILE)
  await assert.rejects(
    engine.bring(() => undefined),
    /leads on more than 5 times/,
  )
  lead(MANIFEST, `${place}/latest-linux.yml`)
  await assert.rejects(engine.look(), /leads to http:.*, where nothing is fetched from/)
  feed.release('1.1.0', { fileUrl: `${place}${FILE}` })
  await assert.rejects(engine.look(), /it must be on http:\/\/127\.0\.0\.1:\d+ or on https/)
  assert.equal(visits, 0)
})

test('a manifest that goes on for ever, or whose server is away, ends the look and nothing else', async (t) => {
  const { feed, engine } = await openWorld(t)
  feed.release('1.1.0')
  feed.answer(MANIFEST, (_, response) => {
    const pour = (): boolean | void =>
      response.destroyed || response.write(Buffer.alloc(16_384), () => pour())
    pour()
  })
  await assert.rejects(engine.look(), /is larger than 65536 bytes/)
  await feed.goAway()
  await assert.rejects(engine.look(), { code: 'ECONNREFUSED' })
})

test('a feed that says nothing, or drips for ever, is left', async (t) => {
  const limits = { ...PATIENT }
  const { feed, engine } = await openWorld(t, null, limits)
  feed.release('1.1.0')
  await engine.look()
  Object.assign(limits, { totalMs: 60_000, silenceMs: 50 })
  feed.answer(FILE, (_, response) => response.write('x'))
  await assert.rejects(
    engine.bring(() => undefined),
    /said nothing for 0\.05 s/,
  )
  feed.answer(FILE, () => undefined)
  await assert.rejects(
    engine.bring(() => undefined),
    /said nothing for 0\.05 s/,
  )
  Object.assign(limits, { totalMs: 100, silenceMs: 60_000 })
  feed.answer(FILE, (_, response) => {
    const dripping = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(dripping))
  })
  await assert.rejects(
    engine.bring(() => undefined),
    /took longer than 0\.1 s/,
  )
})

test('a signed manifest with figures that cannot be is refused by name', async (t) => {
  const { feed, engine } = await openWorld(t)
  for (const [changes, why] of [
    [{ sha512: 'short' }, /has the sha512 "short"; it must be 64 bytes/],
    [{ size: 0 }, /has the size 0; it must be 1 to/],
    [{ size: 3 * 1024 ** 3 }, /has the size 3221225472/],
    [{ fileUrl: "'x;rm.AppImage'" }, /is called "x;rm\.AppImage"; use A-Z/],
    [{ fileUrl: "'https://a:b@example.org/x.AppImage'" }, /it must be on/],
  ] as const) {
    feed.release('1.1.0', changes)
    await assert.rejects(engine.look(), why)
  }
  feed.release('"1.1"')
  await assert.rejects(engine.look(), /names the version "1\.1", which is none/)
})
