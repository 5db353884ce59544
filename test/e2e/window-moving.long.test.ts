/** Moving in and out in a real browser, at the width of a phone: posts out of an archive, and who has come along on a move. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { noteActivity, outboxOf } from '../support/archives.ts'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const NARROW = { viewport: { width: 320, height: 720 }, acceptDownloads: true }

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function looksRight(page: Page, name: string): Promise<void> {
  assert.deepEqual(await axeFindings(page), [], name)
  assert.equal(await sidewaysOverflow(page), 0, name)
  await takeScreenshot(page, name, true)
}

/** What the page gives out as a file, line by line. */
async function savedBy(page: Page, name: string): Promise<string[]> {
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name }).click()
  return (await readFile(await (await saving).path(), 'utf8')).trim().split('\n')
}

test('an archive is brought along from the page of imports', { skip }, async () => {
  const { page, problems } = await browser.openPage(NARROW)
  await home.enters(page, '/imports')
  const part = page.getByRole('region', { name: 'Bring your posts along' })
  await part.getByText('Posts keep their dates and pictures').waitFor()
  await part.locator('input[type=file]').setInputFiles({
    name: 'outbox.json',
    mimeType: 'application/json',
    buffer: Buffer.from(
      outboxOf([
        noteActivity({ id: 1, day: '2016-05-06', content: '<p>The first swift of the year</p>' }),
        noteActivity({ id: 2, day: '2016-05-07', content: '<p>And the second</p>' }),
        noteActivity({ id: 3, day: 'never' }),
      ]),
    ),
  })
  await part.getByText('Finished').waitFor()
  await part.getByText('2 of 3 posts here, with 0 files.').waitFor()
  await part.getByText('1 post failed.').waitFor()
  await looksRight(page, 'imports-archive')
  const [head, ...failures] = await savedBy(page, 'Save what failed')
  assert.equal(head, 'Post,Outcome,Reason')
  assert.deepEqual(failures, ['https://old.example/users/ana/statuses/3,failed,says no date'])
  const owner = await home.owner()
  const me = await owner.get('/api/v1/accounts/verify_credentials')
  const posts = await owner.list(`/api/v1/accounts/${String(me['id'])}/statuses`)
  assert.deepEqual(
    posts.map(({ content, created_at: at }) => [String(content), String(at).slice(0, 10)]),
    [
      ['<p>And the second</p>', '2016-05-07'],
      ['<p>The first swift of the year</p>', '2016-05-06'],
    ],
  )
  assert.deepEqual(problems, [])
})

test('after a move the page tells server by server who has come along', { skip }, async () => {
  const owner = await home.owner()
  const { peer } = home
  const [fay, gil] = [peer.actor('fay'), peer.actor('gil')]
  const me = await owner.get('/api/v1/accounts/verify_credentials')
  const id = String(me['id'])
  const uri = `https://${home.domain}/ap/actors/${id}`
  const follows = [fay.follow(uri), gil.follow(uri)]
  for (const [index, actor] of [fay, gil].entries()) await home.receives(actor, follows[index] ?? {})
  await until('both follow', async () => {
    const { followers_count: count } = await owner.get(`/api/v1/accounts/${id}`)
    return Number(count) === 2
  })
  peer.actor('there').overrides = { alsoKnownAs: [uri] }
  const to = `@there@${peer.host}`
  await owner.call('POST', `/api/homebird/v1/identities/${id}/move`, { to, password: home.home.password })
  await home.receives(fay, fay.undo(follows[0] ?? {}))
  await until('fay has come along', async () => {
    const { followers_count: count } = await owner.get(`/api/v1/accounts/${id}`)
    return Number(count) === 1
  })
  const { page, problems } = await browser.openPage(NARROW)
  await home.enters(page, '/settings/privacy')
  const table = page.getByRole('table', { name: 'Who has come along' })
  await table.getByRole('row', { name: `${peer.host} 1 1 answers` }).waitFor()
  await page.getByText('1 of 2 followers have not come along yet.').waitFor()
  await looksRight(page, 'move-progress')
  const [head, ...lines] = await savedBy(page, 'Save who has come along')
  assert.equal(head, 'Follower,Server,Came along')
  assert.deepEqual(lines.toSorted(), [
    `fay@${peer.host},${peer.host},yes`,
    `gil@${peer.host},${peer.host},no`,
  ])
  assert.deepEqual(problems, [])
})
