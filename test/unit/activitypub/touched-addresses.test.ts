/** What caches forget with a change: the thing, what hangs on it and what lists it; by tag where there are tags. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { together, touchedBy } from '../../../server/activitypub/touched-addresses.ts'
import type { PurgeFacts } from '../../../server/domain/purges/load-purges.ts'

const HOME = 'https://home.example'
const ana = {
  id: '7',
  uri: `${HOME}/ap/actors/7`,
  pageUrl: `${HOME}/@ana`,
  host: 'home.example',
  username: 'ana',
  handleDomain: 'example.org',
}
const post = {
  id: '9',
  uri: `${HOME}/ap/posts/9`,
  pageUrl: `${HOME}/@ana/9`,
  authorId: '7',
  parentUri: `${HOME}/ap/posts/8`,
  boostedUri: null,
  hashtags: ['größe'],
}
const facts: PurgeFacts = {
  posts: new Map([['9', post]]),
  actors: new Map([['7', ana]]),
  hosts: ['home.example'],
  latestPostIds: ['9'],
}
const change = (subject: 'post' | 'actor' | 'home', subject_id: string | null, reason: string) => ({
  subject,
  subject_id,
  reason,
  urls: [],
})

const touched = (
  subject: 'post' | 'actor' | 'home',
  id: string | null,
  reason: string,
  hasTags = false,
): { urls: string[]; tags: readonly string[] } => {
  const { urls, tags } = touchedBy(change(subject, id, reason), facts, hasTags)
  return { urls: urls.map((url) => url.replace(HOME, '')), tags }
}

test('an edited post is shown by its object, its page, the lists of its author, its thread and its hashtags', () => {
  const { urls, tags } = touched('post', '9', 'edited')
  assert.deepEqual(tags, [])
  assert.deepEqual(urls.toSorted(), [
    '/',
    '/@ana',
    '/@ana.atom',
    '/@ana.rss',
    '/@ana/9',
    '/@ana/9/embed',
    '/@ana/feed.json',
    '/@ana/media',
    '/@ana/tagged/gr%C3%B6%C3%9Fe',
    '/@ana/tagged/gr%C3%B6%C3%9Fe.atom',
    '/@ana/tagged/gr%C3%B6%C3%9Fe.rss',
    '/@ana/tagged/gr%C3%B6%C3%9Fe/feed.json',
    '/@ana/with_replies',
    '/ap/actors/7/featured',
    '/ap/actors/7/outbox',
    '/ap/actors/7/outbox/page/first',
    '/ap/posts/8',
    '/ap/posts/8/replies',
    '/ap/posts/8/replies/page/first',
    '/ap/posts/9',
    '/ap/posts/9/activity',
    '/ap/posts/9/context',
    '/ap/posts/9/likes',
    '/ap/posts/9/replies',
    '/ap/posts/9/replies/page/first',
    '/ap/posts/9/shares',
    '/tags/gr%C3%B6%C3%9Fe',
    '/tags/gr%C3%B6%C3%9Fe.atom',
    '/tags/gr%C3%B6%C3%9Fe.rss',
    '/tags/gr%C3%B6%C3%9Fe/feed.json',
  ])
})

test('with tags the object and all below it go by one name', () => {
  const { urls, tags } = touched('post', '9', 'edited', true)
  assert.deepEqual(tags, ['post-9'])
  assert.ok(!urls.some((url) => url.startsWith('/ap/posts/9')))
  assert.ok(urls.includes('/ap/actors/7/outbox/page/first'))
  assert.deepEqual(touched('actor', '7', 'keys', true), { urls: [], tags: ['actor-7'] })
})

test('numbers of others touch the object alone', () => {
  const { urls } = touched('post', '9', 'counted')
  assert.ok(urls.every((url) => url.startsWith('/ap/posts/9') || url.startsWith('/@ana/9')))
  assert.deepEqual(touched('actor', '7', 'keys').urls, ['/ap/actors/7'])
})

test('an edited profile is asked for by its handle at both domains, in either spelling', () => {
  const { urls } = touchedBy(change('actor', '7', 'edited'), facts, false)
  for (const host of ['home.example', 'example.org'])
    for (const resource of ['acct:ana@example.org', 'acct%3Aana%40example.org'])
      assert.ok(urls.includes(`https://${host}/.well-known/webfinger?resource=${resource}`))
})

test('texts of the home touch its pages, its closing everything', () => {
  const texts = touched('home', null, 'home_texts').urls
  assert.ok(texts.includes('/about') && texts.includes('/robots.txt'))
  assert.ok(!texts.some((url) => url.startsWith('/ap/')))
  const closed = touched('home', null, 'authorized_fetch').urls
  assert.ok(closed.includes('/ap/posts/9') && closed.includes('/ap/actors/7'))
})

test('what is there no more and what was named as it is touch what was named', () => {
  assert.deepEqual(touched('post', '1', 'edited').urls, [])
  const named = { subject: 'urls' as const, subject_id: null, reason: 'media', urls: ['https://x.example/a'] }
  assert.deepEqual(touchedBy(named, facts, true).urls, ['https://x.example/a'])
  assert.deepEqual(
    together([
      { urls: ['a', 'b'], tags: [] },
      { urls: ['b'], tags: ['t', 't'] },
    ]),
    { urls: ['a', 'b'], tags: ['t'] },
  )
})
