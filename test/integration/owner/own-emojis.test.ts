/** Emoji of the home in the owner's hands: who may, which names and files are taken, and what another place for media does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { addOwnEmoji } from '../../../server/domain/emojis/keep-own-emojis.ts'
import { ownEmojisIn } from '../../../server/domain/emojis/own-emojis-in.ts'
import { followMediaUrl } from '../../../server/domain/owner/follow-media-url.ts'
import { formOf } from '../../support/multipart.ts'
import { openSetUpHome } from '../../support/owner-home.ts'
import { newPicture } from '../../support/pictures.ts'

const PATH = '/api/homebird/v1/emojis'
const home = await openSetUpHome()

const KEY = `ab/${'c'.repeat(62)}.png`
const add = async (shortcode: string) =>
  inTransaction(home.db, async (tx) =>
    addOwnEmoji(tx, { shortcode, category: null, url: `https://home.example/media/${KEY}` }),
  )

async function sends(shortcode: string, bytes: Buffer | null) {
  const files = bytes === null ? [] : [{ name: 'image', filename: 'a.png', bytes }]
  const { headers, body } = formOf([['shortcode', shortcode]], files)
  return home.asPage(PATH, { method: 'POST', headers, body })
}

const said = (answer: { json(): unknown }): string => (answer.json() as { error: string }).error

test('without a session nothing is read, taken or changed', async () => {
  const { id } = await add('kept')
  const { headers, body } = formOf(
    [['shortcode', 'evil']],
    [{ name: 'image', filename: 'a.png', bytes: newPicture() }],
  )
  assert.equal((await home.ask(PATH)).status, 401)
  assert.equal((await home.ask(PATH, { method: 'POST', headers, body })).status, 401)
  assert.equal((await home.ask(`${PATH}/${id}`, { method: 'DELETE' })).status, 401)
  const evil = { cookie: home.cookie, origin: 'https://evil.example' }
  assert.ok(
    [401, 403].includes((await home.ask(`${PATH}/${id}`, { method: 'DELETE', headers: evil })).status),
  )
})

test('names that not every server finds, files that are no pictures and large ones are refused in words', async () => {
  assert.match(said(await sends('é', newPicture())), /2 to 64 letters/)
  assert.match(said(await sends('fine', null)), /needs a picture/)
  assert.match(said(await sends('fine', Buffer.from('%PDF-1.7 hello, I am a document'))), /not supported/)
  const large = Buffer.concat([newPicture(), Buffer.alloc(300_000)])
  assert.match(said(await sends('fine', large)), /smaller than 256 kB/)
  const { emojis } = (await home.asPage(PATH)).json() as unknown as { emojis: { shortcode: string }[] }
  assert.equal(
    emojis.some(({ shortcode }) => shortcode === 'fine'),
    false,
  )
})

test('a name is taken once; what is switched off is not written into posts; what is deleted is gone', async () => {
  const { id } = await add('owl')
  await assert.rejects(add('owl'), { code: 'CONFLICT' })
  const written = async (): Promise<number> => (await ownEmojisIn(home.db, ['an :owl: at night'])).length
  assert.equal(await written(), 1)
  const change = async (body: object) => home.asPage(`${PATH}/${id}`, { method: 'PATCH', body })
  assert.equal((await change({ isDisabled: true, category: '  Night   birds ' })).status, 200)
  assert.equal(await written(), 0)
  const { emojis } = (await home.asPage(PATH)).json() as unknown as {
    emojis: { id: string; category: string | null; isDisabled: boolean }[]
  }
  const owl = emojis.find((one) => one.id === id)
  assert.deepEqual([owl?.category, owl?.isDisabled], ['Night birds', true])
  assert.equal((await home.asPage(`${PATH}/${id}`, { method: 'DELETE' })).status, 200)
  assert.equal((await home.asPage(`${PATH}/${id}`, { method: 'DELETE' })).status, 404)
  assert.equal((await home.asPage(`${PATH}/nonsense`, { method: 'PATCH', body: {} })).status, 404)
})

test('emoji of the home are neither changed nor deleted through those of others', async () => {
  const { id } = await home.db
    .insertInto('emojis')
    .values({
      host: 'peer.example',
      shortcode: 'far_100%',
      url: 'https://peer.example/a.png',
      image_host: 'peer.example',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  assert.equal((await home.asPage(`${PATH}/${id}`, { method: 'DELETE' })).status, 404)
  const found = async (q: string): Promise<number> => {
    const { emojis } = (await home.asPage(`${PATH}/seen?q=${encodeURIComponent(q)}`)).json() as unknown as {
      emojis: object[]
    }
    return emojis.length
  }
  assert.deepEqual(
    [await found('FAR'), await found('100%'), await found('peer'), await found('%f')],
    [1, 1, 1, 0],
  )
})

test('pictures of emoji follow the place of own media, and come back', async () => {
  const { id } = await add('moved')
  const url = async () =>
    await home.db
      .selectFrom('emojis')
      .select(['url', 'image_host'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  await followMediaUrl(home.db, 'https://cdn.example/files/')
  assert.deepEqual(await url(), { url: `https://cdn.example/files/${KEY}`, image_host: 'cdn.example' })
  await followMediaUrl(home.db, '/media/')
  assert.deepEqual(await url(), { url: `https://home.example/media/${KEY}`, image_host: 'home.example' })
})
