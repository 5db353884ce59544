/** A restored home that takes the place of another is killed before each change of the disk: the next start goes on, and nothing is lost. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { finishExchange, incomingDir, planExchange } from '../../server/appliance/copies/change-places.ts'
import { listCopies } from '../../server/appliance/copies/copy-manifest.ts'
import { readRunVersion } from '../../server/appliance/copies/run-version.ts'
import { takeInMedia } from '../../server/appliance/keeping/take-in-media.ts'
import { VERSION } from '../../server/core/version.ts'
import { openCopiedHome } from '../support/copied-home.ts'
import { LAID_MEDIUM, layIncoming } from '../support/laid-home.ts'

const CHILD = join(import.meta.dirname, '..', 'support', 'children', 'switching-home.ts')
/** Cluster, secrets and store go away and come, media come, and what was replaced is listed: so many at least. */
const LEAST_CHANGES = 12
const MOST_CHANGES = 60

/** @returns whether it was killed before its nth change */
function switchKilled(folder: string, nth: number): boolean {
  const { signal, status, stderr } = spawnSync(process.execPath, [CHILD, folder, String(nth)], {
    encoding: 'utf8',
  })
  assert.ok(signal === 'SIGKILL' || status === 0, stderr)
  return signal === 'SIGKILL'
}

function openPlanned(t: TestContext) {
  const home = openCopiedHome(t)
  home.write('error')
  layIncoming(home.dir, 'debug')
  const { replaced } = planExchange(home.dir, {
    name: 'a.backup',
    ofVersion: VERSION,
    from: 'incoming',
    now: new Date('2026-11-30T02:00:00Z'),
  })
  assert.ok(replaced !== null)
  return { home, replaced }
}

async function isRestored({ home, replaced }: ReturnType<typeof openPlanned>, when: string): Promise<void> {
  const { dir } = home
  assert.deepEqual(home.read(), ['debug', 'debug', 'debug'], when)
  assert.equal(readRunVersion(dir), VERSION, when)
  assert.equal(existsSync(incomingDir(dir).path), false, when)
  await takeInMedia(dir, dir.media)
  assert.equal(readFileSync(join(dir.media, LAID_MEDIUM), 'utf8'), 'debug', when)
  assert.deepEqual(
    listCopies(dir).map(({ name, manifest }) => [name, manifest?.kind]),
    [[replaced, 'replaced']],
    when,
  )
  await home.takeBack(replaced)
  assert.deepEqual(home.read(), ['error', 'error', 'error'], `${when}, taken back`)
}

test('killed before any change of the disk, the switch of a restore is finished by the next start', async (t) => {
  for (let nth = 1; ; nth += 1) {
    const planned = openPlanned(t)
    const { dir } = planned.home
    if (!switchKilled(dir.path, nth)) {
      assert.ok(nth > LEAST_CHANGES, `the switch made ${nth - 1} changes of the disk`)
      return isRestored(planned, 'never killed')
    }
    assert.ok(nth < MOST_CHANGES)
    // The start that goes on is killed too, and the one after it is not.
    if (nth % 3 === 0) switchKilled(dir.path, 3)
    finishExchange(dir)
    await isRestored(planned, `killed before change ${nth}`)
  }
})
