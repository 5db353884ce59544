import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../../server/contracts/account.ts'
import { Drafts } from '../../../../renderer/stores/drafts.ts'
import { type KeyValueStorage, memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

function openDrafts(storage: KeyValueStorage = memoryStorage(), name = '') {
  let keys = 0
  return new Drafts({
    storage,
    newKey: () => `${name} key ${(keys += 1)}`,
    nowMs: () => 1_000,
    readSource: async (id) => ({ id, text: 'as it was written', spoiler_text: '' }),
  })
}

const REPLY = {
  target: { id: '7', acct: 'ana@peer.example', displayName: 'Ana' },
  text: '@ana@peer.example ',
  warning: '',
  visibility: 'unlisted' as const,
}

test('a draft survives a closed window, letter by letter', () => {
  const storage = memoryStorage()
  openDrafts(storage).change({ text: 'Half a th' })
  const again = openDrafts(storage).current()
  assert.deepEqual([again.text, again.savedAtMs], ['Half a th', 1_000])
})

test('another wording is another post, the same wording the same one', () => {
  const drafts = openDrafts()
  drafts.change({ text: 'a' })
  const { idempotencyKey } = drafts.current()
  assert.equal(drafts.current().idempotencyKey, idempotencyKey)
  drafts.change({ text: 'ab' })
  assert.notEqual(drafts.current().idempotencyKey, idempotencyKey)
})

test('a reply has a draft of its own, and leaving it loses neither', () => {
  const drafts = openDrafts()
  drafts.change({ text: 'my own post' })
  drafts.reply(REPLY)
  assert.deepEqual([drafts.current().text, drafts.current().visibility], ['@ana@peer.example ', 'unlisted'])
  drafts.change({ text: '@ana@peer.example yes' })
  drafts.leave()
  assert.equal(drafts.current().text, 'my own post')
  drafts.reply(REPLY)
  assert.equal(drafts.current().text, '@ana@peer.example yes')
})

test('a finished draft is gone, here and in the storage', () => {
  const storage = memoryStorage()
  const drafts = openDrafts(storage)
  drafts.reply(REPLY)
  drafts.change({ text: 'yes' })
  drafts.finish(drafts.current().id)
  assert.deepEqual([drafts.current().replyTo, drafts.current().text], [null, ''])
  assert.deepEqual(openDrafts(storage).list(), [])
})

test('a new draft goes as far as the account says', () => {
  const drafts = openDrafts()
  drafts.setDefaultVisibility('private')
  assert.equal(drafts.current().visibility, 'private')
})

test('storage that is full, forbidden or written by somebody else costs the keeping and nothing more', () => {
  const forbidden: KeyValueStorage = {
    getItem() {
      throw new Error('forbidden')
    },
    setItem() {
      throw new Error('full')
    },
    removeItem() {
      throw new Error('forbidden')
    },
  }
  const drafts = openDrafts(forbidden)
  drafts.change({ text: 'still here' })
  assert.equal(drafts.current().text, 'still here')
  for (const stored of ['not json', '[]', '{"new":{"text":5}}', '{"new":null}']) {
    const strange = memoryStorage()
    strange.setItem('homebird.drafts', stored)
    assert.equal(openDrafts(strange).current().text, '')
  }
})

const ANA = { acct: 'ana@peer.example', display_name: 'Ana :owl:' } as Account

test('a quote opens a draft of its own that goes no further than the post; what was being written stays', () => {
  const drafts = openDrafts()
  drafts.change({ text: 'my own post' })
  drafts.quote({ id: '9', account: ANA, visibility: 'unlisted' })
  const quote = drafts.current()
  assert.deepEqual(quote.quote, { id: '9', acct: 'ana@peer.example', displayName: 'Ana' })
  assert.equal(quote.visibility, 'unlisted')
  drafts.change({ text: 'look' })
  drafts.leave()
  assert.equal(drafts.current().text, 'my own post')
  drafts.quote({ id: '9', account: ANA, visibility: 'unlisted' })
  assert.equal(drafts.current().text, 'look')
})

const WRITTEN = {
  id: '4',
  account: ANA,
  visibility: 'private',
  sensitive: false,
  language: 'de',
  media_attachments: [],
  poll: null,
  in_reply_to_id: null,
  quote: null,
} as const

test('an edit begins with what was written, and goes on where it was left', async () => {
  const drafts = openDrafts()
  await drafts.edit(WRITTEN)
  const { text, edit, visibility, language } = drafts.current()
  assert.deepEqual([text, edit?.id, visibility, language], ['as it was written', '4', 'private', 'de'])
  drafts.change({ text: 'better' })
  drafts.leave()
  await drafts.edit(WRITTEN)
  assert.equal(drafts.current().text, 'better')
})

test('a deleted post is written anew as another post, kept at once', () => {
  const storage = memoryStorage()
  openDrafts(storage).rewrite({ ...WRITTEN, text: 'once more', spoiler_text: 'long' })
  const draft = openDrafts(storage).current()
  assert.deepEqual([draft.text, draft.warning, draft.edit], ['once more', 'long', null])
})

test('a mention names whom it goes to; a private one goes to nobody else', () => {
  const drafts = openDrafts()
  drafts.mention(ANA, { isPrivate: true })
  assert.deepEqual([drafts.current().text, drafts.current().visibility], ['@ana@peer.example ', 'direct'])
  drafts.change({ text: '@ana@peer.example hello' })
  drafts.mention({ acct: 'ben' }, { isPrivate: false })
  assert.deepEqual([drafts.current().text, drafts.current().visibility], ['@ben ', 'public'])
  assert.deepEqual(
    drafts.list().map(({ text }) => text),
    ['@ana@peer.example hello'],
  )
})

test('two windows of one browser do not write over each other', () => {
  const storage = memoryStorage()
  const [one, other] = [openDrafts(storage, 'a'), openDrafts(storage, 'b')]
  one.change({ text: 'of the one' })
  other.change({ text: 'of the other' })
  assert.deepEqual(
    openDrafts(storage)
      .list()
      .map(({ text }) => text)
      .toSorted(),
    ['of the one', 'of the other'],
  )
})

test('a draft that another window changed on the home gets a key of its own, and stays in the composer', () => {
  const drafts = openDrafts()
  drafts.change({ text: 'mine' })
  const { id } = drafts.current()
  drafts.noteSaved(id, 1, drafts.current().idempotencyKey)
  drafts.part(id)
  const { id: other, text, revision, isUnsaved } = drafts.current()
  assert.notEqual(other, id)
  assert.deepEqual([text, revision, isUnsaved, drafts.find(id)], ['mine', 0, true, undefined])
})

test('what was written while the home was saving is not taken for saved', () => {
  const drafts = openDrafts()
  drafts.change({ text: 'a' })
  const { id, idempotencyKey } = drafts.current()
  drafts.change({ text: 'ab' })
  drafts.noteSaved(id, 1, idempotencyKey)
  assert.deepEqual([drafts.current().revision, drafts.current().isUnsaved], [1, true])
  drafts.forgetSaved()
  assert.equal(drafts.current().text, 'ab')
  drafts.noteSaved(id, 2, drafts.current().idempotencyKey)
  drafts.forgetSaved()
  assert.equal(drafts.current().text, '')
})

test('after a post comes an empty one, though other drafts wait; after a reply the post that was being written', () => {
  const storage = memoryStorage()
  const drafts = openDrafts(storage)
  drafts.change({ text: 'an old draft' })
  drafts.begin()
  drafts.change({ text: 'the post' })
  drafts.finish(drafts.current().id)
  assert.equal(drafts.current().text, '')
  assert.equal(openDrafts(storage).current().text, '', 'nor does it come up when the window opens anew')
  drafts.change({ text: 'half written' })
  drafts.reply(REPLY)
  drafts.change({ text: 'yes' })
  drafts.finish(drafts.current().id)
  assert.equal(drafts.current().text, 'half written')
  assert.equal(drafts.list().length, 2)
})
