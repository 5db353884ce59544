/**
 * A home whose cached pictures lie on a disk of their own, which another program fills: the home keeps nothing more, says so, and
 * shows every picture all the same; with room again it keeps them.
 * @see security rule 115
 */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { join } from 'node:path'
import { filesBelow } from '../support/file-caches.ts'
import { PeeredHome } from '../support/peered-home.ts'
import { pngOf } from '../support/pictures.ts'
import { NO_SMALL_DISK, type SmallDisk, openSmallDisk } from '../support/small-disk.ts'
import { until } from '../support/until.ts'

const onSmallDisk = NO_SMALL_DISK === null ? {} : { skip: NO_SMALL_DISK }
/** Below a gigabyte nothing more is kept. */
const WIDE_MB = 4_096
const FULL_MB = 16

let disk: SmallDisk
let world: PeeredHome
let pictures = 0

before(async () => {
  if (NO_SMALL_DISK !== null) return
  disk = openSmallDisk(WIDE_MB)
  const folders = Object.fromEntries(
    ['media', 'avatars'].map((name) => {
      const folder = join(disk.folder, name)
      mkdirSync(folder)
      return [`HOMEBIRD_CACHES_${name.toUpperCase()}`, `file://${folder}`]
    }),
  )
  world = await PeeredHome.open({ env: folders })
})
after(() => disk?.[Symbol.dispose]())

/** A picture of its own in a post of the friend; @returns where this home shows it */
async function pictured(name: string): Promise<string> {
  pictures += 1
  const body = pngOf(64, 48, [250, pictures * 10, 30], [10, 20, 240])
  world.friendPeer.answers(`/${name}.png`, () => ({ headers: { 'content-type': 'image/png' }, body }))
  const url = `${world.friendPeer.origin}/${name}.png`
  const attachment = [{ type: 'Document', mediaType: 'image/png', url, width: 64, height: 48 }]
  await world.takes(
    world.friend,
    world.friend.create(world.friend.note({ content: `see ${name}.`, attachment })),
  )
  const post = await world.shows(`see ${name}.`)
  return String(post['media_attachments']?.[0]?.['url'])
}

async function shows(path: string): Promise<void> {
  const { status, headers } = await world.home.ask(path)
  assert.deepEqual([status, String(headers['content-type']).split('/')[0]], [200, 'image'])
}

/** Contents of pictures that lie in the cache. */
const kept = (): string[] =>
  filesBelow(join(disk.folder, 'media')).filter((file) => file.includes('content-'))

/** How often the other server was asked for it. */
const asked = (name: string): number =>
  world.friendPeer.paths().filter((path) => path === `/${name}.png`).length

const hasSaid = (words: RegExp) =>
  until(`the home says ${words}`, () => world.home.events.some((event) => words.test(JSON.stringify(event))))

test('with room a picture is asked for once, however often it is looked at', onSmallDisk, async () => {
  const path = await pictured('roomy')
  for (let look = 0; look < 4; look += 1) await shows(path)
  assert.equal(asked('roomy'), 1)
  await until('it lies in the cache', () => kept().length === 1)
})

test(
  'on a full disk every picture is shown and none is kept, the home goes on, and the owner is told',
  onSmallDisk,
  async () => {
    const already = kept()
    disk.resize(FULL_MB)
    disk.fillTo(0)
    const paths = new Map<string, string>()
    for (const name of ['tight', 'tighter', 'tightest']) paths.set(name, await pictured(name))
    await hasSaid(/the media cache \(file\) keeps nothing for now: .*; the home goes on without it/)
    for (const [name, path] of paths) {
      await shows(path)
      assert.ok(asked(name) > 0, 'nobody but its server has it')
    }
    assert.deepEqual(kept(), already)
    assert.equal((await world.owner.writes('no room for pictures'))['content'], '<p>no room for pictures</p>')
    await world.control()
  },
)

test('with room again pictures are kept by themselves', onSmallDisk, async () => {
  const already = kept()
  disk.empty()
  disk.resize(WIDE_MB)
  const startMs = performance.now()
  await until('one is kept', async () => {
    await shows(await pictured(`again-${pictures}`))
    return kept().length > already.length
  })
  await hasSaid(/the media cache \(file\) works again/)
  console.log(
    `# rule 115: room for the cache again to the first picture kept: ${((performance.now() - startMs) / 1_000).toFixed(1)} s (at most 30 s)`,
  )
})
