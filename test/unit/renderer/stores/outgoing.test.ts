import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiClient } from '../../../../renderer/api/client.ts'
import { DraftKeeper } from '../../../../renderer/stores/draft-keeper.ts'
import { Drafts } from '../../../../renderer/stores/drafts.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import { Outgoing } from '../../../../renderer/stores/outgoing.ts'
import type { DraftForm, KeptDraft } from '../../../../server/contracts/draft.ts'

const never = { nowMs: () => 0, set: () => null, clear: () => undefined }

/** A home whose answer to a sending comes when the test says so. */
function slowHome() {
  const answer = Promise.withResolvers<void>()
  let kept: KeptDraft | null = null
  const api = {
    put: async (path: string, { body: { revision, draft } }: { body: DraftForm }) => {
      const key = path.split('/').at(-1) ?? ''
      const facts = { sendsInMs: null, postId: null, failure: null, changedAt: new Date(0).toISOString() }
      kept = { ...draft, ...facts, state: 'kept', key, revision: revision + 1, media: [] }
      return kept
    },
    post: async () => {
      await answer.promise
      return { ...kept, state: 'held', sendsInMs: 10_000 }
    },
  } as unknown as ApiClient
  return { api, answer }
}

function openWindow(api: ApiClient) {
  let keys = 0
  const drafts = new Drafts({
    storage: memoryStorage(),
    nowMs: () => 0,
    newKey: () => `key-${(keys += 1)}`,
    readSource: async () => Promise.reject(new Error('nothing is edited')),
  })
  const keeper = new DraftKeeper(api, drafts, never)
  const parts = { api, drafts, keeper, clock: never, holdSeconds: () => 10 }
  const outgoing = new Outgoing({ ...parts, onPosted: () => undefined, onEdited: () => undefined })
  return { drafts, outgoing }
}

test('what is typed while a post is on its way stays in the composer, as a draft of its own', async () => {
  const { api, answer } = slowHome()
  const { drafts, outgoing } = openWindow(api)
  drafts.change({ text: 'the first' })
  const { id } = drafts.current()
  const sending = outgoing.send(id)
  drafts.change({ text: 'the first, and then some' })
  answer.resolve()
  await sending
  assert.deepEqual(
    outgoing.view.get().held.map(({ id: key, text }) => [key, text]),
    [[id, 'the first']],
  )
  assert.equal(drafts.current().text, 'the first, and then some')
  assert.notEqual(drafts.current().id, id)
})

test('a guess of the language meanwhile is nothing that was typed: the composer is empty', async () => {
  const { api, answer } = slowHome()
  const { drafts, outgoing } = openWindow(api)
  drafts.change({ text: 'the first' })
  const sending = outgoing.send(drafts.current().id)
  drafts.change({ language: 'en' })
  answer.resolve()
  await sending
  assert.equal(drafts.current().text, '')
  assert.deepEqual(drafts.list(), [])
})
