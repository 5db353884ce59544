/** Which signature a delivery is made with: what was learned of the host, what it asks for, and until when. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { type FakePeer, openFakePeer } from '../../support/fake-peer.ts'
import { type OutboundHome, openOutboundHome } from '../../support/outbound-home.ts'

interface World {
  readonly home: OutboundHome
  readonly peer: FakePeer
  /** Writes something and tells how each try to deliver it was signed. */
  readonly sends: (text?: string) => Promise<string[]>
}

async function openWorld(t: TestContext): Promise<World> {
  const peer = await openFakePeer(t)
  const home = await openOutboundHome(t, [peer])
  await home.isFollowedBy(peer.actor('nia'))
  return {
    home,
    peer,
    async sends(text = 'hello') {
      const before = peer.requests.length
      await home.writes({ text })
      await home.runner.runUntilIdle()
      return peer.requests.slice(before).map(({ headers }) => kindOf(headers))
    },
  }
}

function kindOf(headers: Readonly<Record<string, string>>): string {
  const input = headers['signature-input']
  if (input === undefined) return 'cavage'
  return input.includes('alg="ed25519"') ? 'rfc9421 with Ed25519' : 'rfc9421'
}

const asking =
  (wish: string, status = 202) =>
  () => ({ status, headers: { 'accept-signature': wish } })
const WISH = 'sig1=("@method" "@target-uri" "content-digest");created'

test('a host that asks for RFC 9421 gets it from the next delivery on', async (t) => {
  const { peer, sends } = await openWorld(t)
  peer.inboxAnswer = asking(WISH)
  assert.deepEqual(await sends(), ['cavage'])
  assert.deepEqual(await sends(), ['rfc9421'])
  peer.inboxAnswer = () => ({ status: 202 })
  assert.deepEqual(await sends(), ['rfc9421'])
})

test('a host that asks for Ed25519 gets it, and the signature holds', async (t) => {
  const { home, peer, sends } = await openWorld(t)
  peer.inboxAnswer = asking(`${WISH};alg="ed25519"`)
  assert.deepEqual([...(await sends()), ...(await sends())], ['cavage', 'rfc9421 with Ed25519'])
  const received = peer.sharedInbox.received.at(-1)
  assert.ok(received)
  assert.match(String(received.request.headers['signature-input']), /#ed25519-key"/)
  assert.equal(await home.hasGoodSignature(received), true)
})

test('a refusal that names a wish is answered with it at once', async (t) => {
  const { peer, sends } = await openWorld(t)
  peer.inboxAnswer = ({ headers }) =>
    kindOf(headers) === 'rfc9421 with Ed25519' ? { status: 202 } : asking(`${WISH};alg="ed25519"`, 401)()
  assert.deepEqual(await sends(), ['cavage', 'rfc9421 with Ed25519'])
  assert.deepEqual(await sends(), ['rfc9421 with Ed25519'])
})

test('wishes that nobody here can fulfil, and what is no wish, change nothing', async (t) => {
  const { peer, sends } = await openWorld(t)
  for (const wish of [
    'sig1=("@method" "x-secret");created',
    `${WISH};nonce="abc"`,
    `${WISH};keyid="theirs"`,
    `${WISH};alg="hmac-sha256"`,
    'sig1=("@query-param";name="q")',
    '"',
    `${WISH}, ${'x'.repeat(5_000)}=()`,
  ]) {
    peer.inboxAnswer = asking(wish)
    assert.deepEqual(await sends(), ['cavage'], wish)
  }
})

test('what was learned is tried the other way when it begins to fail, and learned anew', async (t) => {
  const { peer, sends } = await openWorld(t)
  const takes = (kind: string) => {
    peer.inboxAnswer = ({ headers }) => ({ status: kindOf(headers) === kind ? 202 : 401 })
  }
  takes('rfc9421')
  assert.deepEqual([...(await sends()), ...(await sends())], ['cavage', 'rfc9421', 'rfc9421'])
  takes('cavage')
  assert.deepEqual([...(await sends()), ...(await sends())], ['rfc9421', 'cavage', 'cavage'])
})

test('what was learned long ago is forgotten, by another worker too', async (t) => {
  const { home, peer, sends } = await openWorld(t)
  peer.inboxAnswer = asking(WISH)
  await sends()
  peer.inboxAnswer = () => ({ status: 202 })
  await sql`update peers set preference_at = now() - interval '15 days'`.execute(home.db)
  const runner = await home.restarted()
  const before = peer.requests.length
  await home.writes({ text: 'later' })
  await runner.runUntilIdle()
  assert.deepEqual(
    peer.requests.slice(before).map(({ headers }) => kindOf(headers)),
    ['cavage'],
  )
})

/** As FEP-8fcf says it: SHA-256 of each address, combined by exclusive or. */
function digestOf(uris: readonly string[]): string {
  const sum = Buffer.alloc(32)
  for (const uri of uris) {
    const digest = createHash('sha256').update(uri).digest()
    for (let at = 0; at < 32; at += 1) sum[at] = (sum[at] ?? 0) ^ (digest[at] ?? 0)
  }
  return sum.toString('hex')
}

test('deliveries to followers tell, signed, what the followers there add up to', async (t) => {
  const { home, peer } = await openWorld(t)
  const other = peer.actor('ned')
  await home.isFollowedBy(other)
  for (const visibility of ['followers', 'public'] as const) {
    await home.writes({ visibility })
    await home.runner.runUntilIdle()
    const { request } = peer.sharedInbox.received.at(-1) ?? {}
    const { uri } = home.ana
    const followers = `${uri}/followers`
    assert.equal(
      request?.headers['collection-synchronization'],
      `collectionId="${followers}", url="${followers}/sync", digest="${digestOf([peer.actor('nia').uri, other.uri])}"`,
    )
    assert.match(String(request.headers['signature']), /headers="[^"]* collection-synchronization"/)
    const received = peer.sharedInbox.received.at(-1)
    assert.ok(received !== undefined && (await home.hasGoodSignature(received)))
  }
})

test('so do those that are signed the newer way', async (t) => {
  const { home, peer, sends } = await openWorld(t)
  peer.inboxAnswer = asking(WISH)
  await sends()
  await sends()
  const received = peer.sharedInbox.received.at(-1)
  assert.ok(received)
  assert.match(String(received.request.headers['signature-input']), /"collection-synchronization"/)
  assert.equal(await home.hasGoodSignature(received), true)
})

test('nothing of the kind goes with what is not for followers, nor to where nobody follows', async (t) => {
  const stranger = await openFakePeer(t, { host: 'stranger.example' })
  const peer = await openFakePeer(t)
  const home = await openOutboundHome(t, [peer, stranger])
  await home.isFollowedBy(peer.actor('nia'))
  const mentioned = await home.knows(stranger.actor('sam'))
  const friend = await home.knows(peer.actor('nia'))
  await home.writes({ visibility: 'direct', mentions: [friend], text: '@nia@peer.example psst' })
  await home.writes({ visibility: 'public', mentions: [mentioned], text: '@sam@stranger.example hello' })
  await home.runner.runUntilIdle()
  const headerOf = (server: FakePeer, content: string) =>
    server.sharedInbox.received.find(({ activity }) => JSON.stringify(activity).includes(content))?.request
      .headers['collection-synchronization']
  assert.equal(headerOf(peer, 'psst'), undefined)
  assert.equal(headerOf(stranger, 'hello'), undefined)
  assert.notEqual(headerOf(peer, 'hello'), undefined)
})

test('the digests of all hosts cost one statement for many deliveries', async (t) => {
  const peers = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => openFakePeer(t, { host: `p${n}.example` })),
  )
  const home = await openOutboundHome(t, peers)
  for (const peer of peers) await home.isFollowedBy(peer.actor('nia'))
  const cost = async (): Promise<number> => {
    await home.writes({ text: 'hello' })
    const before = home.statementCount()
    await home.runner.runUntilIdle()
    return home.statementCount() - before
  }
  await cost()
  const [second, third] = [await cost(), await cost()]
  assert.ok(Math.abs(second - third) <= 3, `${second} and ${third}`)
  for (const { sharedInbox } of peers) {
    assert.ok(sharedInbox.received.every(({ request }) => 'collection-synchronization' in request.headers))
  }
})
