import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

const peer = await openFakePeer(undefined, { otherHosts: ['handles.example'] })
const evil = await openFakePeer(undefined, { host: 'evil.example' })
const home = await openFederationHome({ peers: [peer, evil] })
const { dereferencer } = home.context
const ana = peer.actor('ana')

test('an actor is found by its handle, its id and its page, and read once', async () => {
  const byHandle = await dereferencer.actorByHandle('@ana@peer.example')
  assert.equal(byHandle?.uri, ana.uri)
  assert.equal(byHandle?.handle_domain, 'peer.example')
  const before = peer.requests.length
  assert.equal((await dereferencer.actorByUri(ana.uri))?.id, byHandle?.id)
  const resolved = await dereferencer.resolve('https://peer.example/@ana')
  assert.equal(resolved?.kind === 'actor' ? resolved.actor.id : null, byHandle?.id)
  assert.equal((await dereferencer.resolve('ANA@peer.example'))?.kind, 'actor')
  assert.equal(peer.requests.length, before)
})

test('everything asked of others is signed by the instance actor', async () => {
  const cleo = peer.actor('cleo')
  const from = peer.requests.length
  await dereferencer.actorByUri(cleo.uri)
  const [request] = peer.requests.slice(from)
  assert.ok(request)
  const verdict = await peer.verify(request)
  assert.equal(verdict.valid && verdict.keyUri, 'https://home.example/ap/instance#main-key')
})

test('a handle on a domain of its own is shown when both sides agree, else the host', async () => {
  const split = peer.actor('split', { handleDomain: 'handles.example' })
  assert.equal((await dereferencer.actorByHandle('split@handles.example'))?.handle_domain, 'handles.example')
  assert.equal((await dereferencer.actorByUri(split.uri))?.handle_domain, 'handles.example')
  const boaster = evil.actor('boaster')
  evil.answers('/.well-known/webfinger', () => ({
    headers: { 'content-type': 'application/jrd+json' },
    body: {
      subject: 'acct:boaster@peer.example',
      links: [{ rel: 'self', type: 'application/activity+json', href: boaster.uri }],
    },
  }))
  assert.equal((await dereferencer.actorByUri(boaster.uri))?.handle_domain, 'evil.example')
  evil.forgets('/.well-known/webfinger')
})

test('a domain that names somebody who does not name it finds nobody', async () => {
  evil.answers('/.well-known/webfinger', () => ({
    headers: { 'content-type': 'application/jrd+json' },
    body: {
      subject: 'acct:ana@evil.example',
      links: [{ rel: 'self', type: 'application/activity+json', href: ana.uri }],
    },
  }))
  assert.equal(await dereferencer.actorByHandle('ana@evil.example'), null)
  evil.forgets('/.well-known/webfinger')
})

test('a document that has the id of another server is nobody’s', async () => {
  const path = '/users/liar'
  evil.answers(path, () => ({ body: ana.document() }))
  assert.equal(await dereferencer.actorByUri(`https://evil.example${path}`), null)
  evil.answers('/note', () => ({ body: { ...ana.note(), content: '<p>forged</p>' } }))
  assert.equal(await dereferencer.postByUri('https://evil.example/note'), null)
  evil.answers('/note-of-ana', () => ({
    body: { ...ana.note(), id: 'https://evil.example/note-of-ana', attributedTo: ana.uri },
  }))
  assert.equal(await dereferencer.postByUri('https://evil.example/note-of-ana'), null)
})

test('a post comes with its ancestors, as many as the limits allow', async () => {
  const chain = [ana.note()]
  for (let n = 1; n < 8; n += 1) chain.push(ana.note({ inReplyTo: chain[n - 1]?.id ?? '' }))
  const leaf = chain[7]?.id ?? ''
  assert.ok(await dereferencer.postByUri(leaf, { limits: { ancestors: 3 } }))
  const known = await Promise.all(chain.map(async ({ id }) => (await home.post(id)) !== undefined))
  assert.deepEqual(known, [false, false, false, false, true, true, true, true])
  const all = await dereferencer.postByUri(chain[0]?.id ?? '')
  assert.ok(all)
  assert.deepEqual(await home.timeline(), [])
  assert.deepEqual(await home.notifications(), [])
})

test('a thread that bites its own tail ends', async () => {
  const [a, b] = ['/loop/a', '/loop/b']
  evil.actor('looper')
  const note = (path: string, parent: string) => ({
    id: `https://evil.example${path}`,
    type: 'Note',
    attributedTo: evil.actor('looper').uri,
    content: '<p>x</p>',
    to: ['as:Public'],
    inReplyTo: `https://evil.example${parent}`,
  })
  evil.answers(a, () => ({ body: note(a, b) }))
  evil.answers(b, () => ({ body: note(b, a) }))
  assert.ok(await dereferencer.postByUri(`https://evil.example${a}`))
  assert.equal(evil.paths().filter((path) => path === a).length, 1)
})

test('the page of a post and the activity that made it lead to the post', async () => {
  const note = ana.note()
  const create = ana.create(note)
  peer.publish(create)
  const found = await dereferencer.resolve(create.id)
  assert.equal(found?.kind === 'post' ? found.post.uri : null, note.id)
  const paged = ana.note({ url: 'https://peer.example/@ana/page' })
  peer.answers('/@ana/page', () => ({
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<html><head><link rel="alternate" type="application/activity+json" href="${paged.id}"></head></html>`,
  }))
  const resolved = await dereferencer.resolve('https://peer.example/@ana/page')
  assert.equal(resolved?.kind === 'post' ? resolved.post.uri : null, paged.id)
})

test('our own addresses are looked up here and never fetched; what is not here is not there', async () => {
  const post = await home.writes('own')
  const found = await dereferencer.resolve(post.uri)
  assert.equal(found?.kind === 'post' ? found.post.id : null, post.id)
  assert.equal((await dereferencer.actorByHandle('ben@home.example'))?.id, home.me.id)
  const before = home.asked()
  assert.equal(await dereferencer.postByUri('https://home.example/ap/posts/1'), null)
  assert.equal(await dereferencer.resolve('https://home.example/nothing'), null)
  assert.equal(home.asked(), before)
})

test('one question is asked however many want to know, and a failure is remembered', async () => {
  const dan = peer.actor('dan')
  const from = peer.requests.length
  await Promise.all(Array.from({ length: 10 }, async () => dereferencer.actorByUri(dan.uri)))
  assert.equal(peer.requests.slice(from).filter(({ path }) => path === '/users/dan').length, 1)
  const missing = 'https://peer.example/users/ana/posts/missing'
  assert.equal(await dereferencer.postByUri(missing), null)
  const asked = peer.requests.length
  assert.equal(await dereferencer.postByUri(missing), null)
  assert.equal(peer.requests.length, asked)
})

test('an actor that was read yesterday is given at once and read again by the worker', async () => {
  ana.overrides = { name: 'Ana II' }
  await home.db
    .updateTable('actors')
    .set({ fetched_at: new Date(Date.now() - 25 * 3_600_000) })
    .where('uri', '=', ana.uri)
    .execute()
  assert.equal((await dereferencer.actorByUri(ana.uri))?.display_name, 'ana')
  await home.work()
  assert.equal((await dereferencer.actorByUri(ana.uri))?.display_name, 'Ana II')
})

test('blocked domains are not asked for anybody', async () => {
  await home.db.insertInto('domain_blocks').values({ domain: 'evil.example' }).execute()
  await home.context.home.refresh()
  const before = evil.requests.length
  assert.equal(await dereferencer.actorByUri('https://evil.example/users/new'), null)
  assert.equal(await dereferencer.actorByHandle('new@evil.example'), null)
  assert.equal(await dereferencer.resolve('https://evil.example/@new'), null)
  assert.equal(evil.requests.length, before)
})

test('a server that speaks tells what it runs', async () => {
  await home.takes(ana, ana.follow(home.me.uri))
  const row = await home.db
    .selectFrom('peers')
    .selectAll()
    .where('host', '=', 'peer.example')
    .executeTakeFirst()
  assert.deepEqual([row?.software, row?.software_version, row?.state], ['fakepeer', '1.0.0', 'updated'])
})
