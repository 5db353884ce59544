import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCollection } from '../../../server/activitypub/parse-collection.ts'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { embeddedReplies, threadPage } from '../../../server/activitypub/threads/thread-page.ts'

const POST = 'https://peer.example/posts/1'

function pageOf(document: JsonObject) {
  const facts = parseCollection(document)
  return facts === null ? null : threadPage(facts, POST)
}

test('replies that a post embeds are read in the form of each server', () => {
  const url = `${POST}/replies`
  const mastodon = {
    id: url,
    type: 'Collection',
    first: {
      type: 'CollectionPage',
      next: `${url}?only_other_accounts=true&page=true`,
      partOf: url,
      items: [],
    },
  }
  const goToSocial = {
    id: url,
    type: 'Collection',
    first: {
      id: `${url}?limit=20`,
      next: `${url}?limit=20&only_other_accounts=false`,
      type: 'CollectionPage',
    },
  }
  const pleroma = {
    type: 'Collection',
    first: { type: 'CollectionPage', items: ['https://peer.example/posts/2'], partOf: url },
  }
  const hollo = { id: url, type: 'Collection', totalItems: 0, items: [] }
  const replies = (value: unknown) => embeddedReplies({ id: POST, type: 'Note', replies: value }, POST)
  assert.deepEqual(replies(mastodon), {
    items: [],
    next: `${url}?only_other_accounts=true&page=true`,
    totalItems: null,
  })
  assert.equal(replies(goToSocial)?.next, `${url}?limit=20&only_other_accounts=false`)
  assert.deepEqual(replies(pleroma)?.items, ['https://peer.example/posts/2'])
  assert.deepEqual(replies(hollo), { items: [], next: null, totalItems: 0 })
  assert.equal(replies(url), null, 'it only says where they are')
  assert.equal(replies({ id: url, type: 'Collection' }), null)
  assert.equal(replies(undefined), null)
  const comments = {
    type: 'OrderedCollection',
    orderedItems: [{ id: 'https://peer.example/c/1', type: 'Note' }],
  }
  assert.deepEqual(embeddedReplies({ id: POST, type: 'Page', comments }, POST)?.items, [
    'https://peer.example/c/1',
  ])
})

test('a collection leads to its first page, and a page on, but never to another origin', () => {
  assert.equal(pageOf({ type: 'Collection', first: `${POST}/r?page=1` })?.next, `${POST}/r?page=1`)
  assert.equal(
    pageOf({ type: 'CollectionPage', items: [], next: `${POST}/r?page=2#3` })?.next,
    `${POST}/r?page=2`,
  )
  assert.equal(pageOf({ type: 'CollectionPage', items: [], next: 'https://evil.example/r' })?.next, null)
  assert.equal(pageOf({ type: 'CollectionPage', items: [], next: 'http://peer.example/r' })?.next, null)
})

test('of items only ids are taken, each once and no more than two hundred', () => {
  const items = ['https://a.example/1', { id: 'https://b.example/2' }, 'https://a.example/1', 7, 'x', null]
  const many = Array.from({ length: 500 }, (_, n) => `https://a.example/${n}`)
  assert.deepEqual(pageOf({ type: 'CollectionPage', items })?.items, [
    'https://a.example/1',
    'https://b.example/2',
  ])
  assert.equal(pageOf({ type: 'CollectionPage', items: many })?.items.length, 200)
})
