import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import { backupName } from '../../../server/keeping/format/names.ts'
import { sealFile } from '../../../server/keeping/format/sealed-file.ts'
import { indexNameOf, putMediaIndex, readMediaIndex } from '../../../server/keeping/media-index.ts'
import { FolderPlace } from '../../../server/keeping/places/folder-place.ts'
import { sealedBy } from '../../../server/keeping/sealed-by.ts'
import { tidyPlace } from '../../../server/keeping/tidy-place.ts'
import { listed, put } from '../../support/place-promises.ts'

const KEY = randomSecret()
/** What lies there was put there long ago. */
const NOW = new Date(2126, 2, 28)
const never = (): AbortSignal => new AbortController().signal
/** What lies there has no content that a key could open. */
const ours = async (): Promise<boolean> => true
const RULE = { days: 2, weeks: 0, months: 0 }

async function place(t: TestContext): Promise<FolderPlace> {
  const path = await mkdtemp(`${tmpdir()}/homebird-tidy-`)
  t.after(async () => rm(path, { recursive: true, force: true }))
  return new FolderPlace({ path, dataDir: path, label: path, isOtherDisk: false })
}

async function keepBackup(at: FolderPlace, day: number, media: readonly string[] | null): Promise<string> {
  const name = backupName(new Date(2026, 2, day, 3), false, KEY)
  await put(at, name, 'backup')
  for (const one of media ?? []) await put(at, `media/${one}`, 'medium')
  if (media !== null) await putMediaIndex(at, name, new Set(media.map((one) => `media/${one}`)), never())
  return name
}

const names = async (at: FolderPlace): Promise<string[]> => (await listed(at)).map(({ name }) => name)

test('what the rule leaves no room for goes, with the media that no other backup names', async (t) => {
  const at = await place(t)
  await keepBackup(at, 1, ['aa/old', 'aa/shared'])
  const second = await keepBackup(at, 2, ['aa/shared'])
  const third = await keepBackup(at, 3, ['aa/shared', 'bb/new'])
  const whole = backupName(new Date(2025, 0, 1), true, KEY)
  await put(at, whole, 'made by hand')
  await put(at, 'media/cc/never-named', 'medium')
  await put(at, 'of-somebody-else.txt', 'stays')
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), NOW), { backups: 1, media: 2 })
  assert.deepEqual(
    await names(at),
    [
      whole,
      second,
      indexNameOf(second),
      third,
      indexNameOf(third),
      'media/aa/shared',
      'media/bb/new',
      'of-somebody-else.txt',
    ].toSorted(),
  )
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), NOW), { backups: 0, media: 0 })
})

test('while one backup does not say what it needs, no medium goes', async (t) => {
  for (const damage of ['missing', 'cut off']) {
    const at = await place(t)
    const first = await keepBackup(at, 1, damage === 'missing' ? null : ['aa/one', 'aa/two'])
    await keepBackup(at, 2, ['bb/one'])
    await put(at, 'media/cc/unnamed', 'medium')
    if (damage === 'cut off') await put(at, indexNameOf(first), 'homebird media 1 2\nmedia/aa/one\n')
    assert.equal(await readMediaIndex(at, first, never()), null)
    assert.deepEqual(await tidyPlace(at, RULE, ours, never(), NOW), { backups: 0, media: 0 }, damage)
    await keepBackup(at, 3, [])
    const { backups, media } = await tidyPlace(at, RULE, ours, never(), NOW)
    assert.equal(backups, 1)
    assert.ok(media > 0, 'as soon as it has gone they go')
  }
})

test('what another home keeps in the same place stays, also what it is just bringing', async (t) => {
  const at = await place(t)
  const seal = async (by: string, kind: 'backup' | 'medium', name: string): Promise<void> => {
    const facts = { kind, name, madeAt: name, madeBy: '1', isWhole: false, locks: [] } as const
    const content = Readable.from([Buffer.from('content')])
    await at.put(name, Readable.from(sealFile(facts, by, content), { objectMode: false }), never())
  }
  const [mine, theirs] = [randomSecret(), randomSecret()]
  const made: string[] = []
  for (const [by, hour] of [mine, theirs, mine, theirs]
    .entries()
    .map(([index, key]) => [key, index] as const)) {
    const name = backupName(new Date(2026, 2, 1, hour), false, by)
    made.push(name)
    await seal(by, 'backup', name)
    await putMediaIndex(at, name, new Set(), never())
  }
  await seal(mine, 'medium', 'media/aa/mine')
  await seal(theirs, 'medium', 'media/bb/theirs')
  const tidied = await tidyPlace(at, RULE, sealedBy(at, mine, never()), never(), NOW)
  assert.deepEqual(tidied, { backups: 1, media: 1 })
  const left = (await names(at)).filter((name) => !name.endsWith('.backup.media'))
  assert.deepEqual(left, [...made.slice(1), 'media/bb/theirs'])
})

test('a medium that was brought just now stays for whoever makes the backup that needs it', async (t) => {
  const at = await place(t)
  await keepBackup(at, 1, ['aa/one'])
  await put(at, 'media/bb/unnamed', 'medium')
  const now = new Date()
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), now), { backups: 0, media: 0 })
  const nextWeek = new Date(now.getTime() + 7 * 86_400_000)
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), nextWeek), { backups: 0, media: 1 })
  const lastYear = new Date(now.getTime() - 365 * 86_400_000)
  await put(at, 'media/cc/unnamed', 'medium')
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), lastYear), { backups: 0, media: 1 })
})

test('one that is broken off goes on where it was', async (t) => {
  const at = await place(t)
  for (const day of [1, 2, 3, 4]) await keepBackup(at, day, [`aa/${day}`])
  const stop = new AbortController()
  stop.abort(new Error('it was cancelled'))
  await assert.rejects(tidyPlace(at, RULE, ours, stop.signal, NOW), /it was cancelled/)
  assert.deepEqual(await tidyPlace(at, RULE, ours, never(), NOW), { backups: 2, media: 2 })
})
