import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drafts } from '../../../../renderer/stores/drafts.ts'
import { type KeyValueStorage, memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'

function openDrafts(storage: KeyValueStorage = memoryStorage()) {
  let keys = 0
  return new Drafts({ storage, newKey: () => `key ${(keys += 1)}`, nowMs: () => 1_000 })
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
  drafts.leaveReply()
  assert.equal(drafts.current().text, 'my own post')
  drafts.reply(REPLY)
  assert.equal(drafts.current().text, '@ana@peer.example yes')
})

test('a finished draft is gone, here and in the storage', () => {
  const storage = memoryStorage()
  const drafts = openDrafts(storage)
  drafts.reply(REPLY)
  drafts.change({ text: 'yes' })
  drafts.finish('7')
  assert.deepEqual([drafts.current().replyTo, drafts.current().text], [null, ''])
  assert.deepEqual(openDrafts(storage).view.get().drafts, {})
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
