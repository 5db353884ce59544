/** Places are looked through side by side, and one that hangs holds nobody but itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacedBackup } from '../../../server/contracts/keeper-look.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import { listPlaces } from '../../../server/keeping/look-job.ts'

const backup = (place: string, day: string): PlacedBackup => ({
  place,
  name: `homebird-${day}.backup`,
  madeAt: `2026-11-${day}T02:00:00.000Z`,
  bytes: 1,
})

test('a folder that hangs is named with how long it was waited for, and the others are listed', async () => {
  const asked: string[] = []
  const seen = await listPlaces(
    ['/mnt/dead', 'own', '/mnt/away', '/mnt/disk'],
    async (place) => {
      asked.push(place)
      if (place === '/mnt/dead') return new Promise<never>(() => undefined)
      if (place === '/mnt/away')
        throw new HomebirdError('UNAVAILABLE', '/mnt/away: the disk is not connected')
      return [backup(place, place === 'own' ? '28' : '29')]
    },
    20,
  )
  assert.deepEqual(asked, ['/mnt/dead', 'own', '/mnt/away', '/mnt/disk'])
  assert.deepEqual(
    seen.backups.map(({ place }) => place),
    ['/mnt/disk', 'own'],
  )
  assert.equal(seen.flaws.length, 2)
  assert.match(seen.flaws[0] ?? '', /^\/mnt\/dead does not answer within 0\.02 s; .* choose a file$/)
  assert.equal(seen.flaws[1], '/mnt/away: the disk is not connected')
})

test('what is no address of a place is told beside the others, and nothing is asked of it', async () => {
  const asked: string[] = []
  const seen = await listPlaces(['ftp://nowhere', 'own'], async (place) => {
    asked.push(place)
    return [backup(place, '28')]
  })
  assert.deepEqual(asked, ['own'])
  assert.deepEqual(
    seen.backups.map(({ place }) => place),
    ['own'],
  )
  assert.equal(seen.flaws.length, 1)
})
