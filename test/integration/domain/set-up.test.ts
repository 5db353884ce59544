import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openListener } from '../../../server/db/listen.ts'
import { notify } from '../../../server/db/transaction.ts'
import { addDomain } from '../../../server/domain/owner/domains.ts'
import { openHome } from '../../../server/domain/owner/home.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { setOwnerPassword, verifyOwnerPassword } from '../../../server/domain/owner/password.ts'
import { publishHome } from '../../../server/domain/owner/publish-home.ts'
import { type HomeSetUp, isHomeSetUp, setUpHome } from '../../../server/domain/owner/set-up.ts'
import { openTestDatabase } from '../../support/test-database.ts'

const ANA = {
  username: 'ana',
  displayName: 'Ana',
  password: 'correct horse',
  domain: 'home.example',
  serviceDomain: null,
} as const

const log = createLogger('test', 'silent')

test('set-up makes an owner, a domain, an identity with two good key pairs, and the actor of the home', async () => {
  const { db } = await openTestDatabase()
  assert.equal(await isHomeSetUp(db), false)
  await setUpHome(db, ANA, systemClock)

  assert.equal(await isHomeSetUp(db), true)
  const domains = await db.selectFrom('domains').selectAll().execute()
  assert.deepEqual(
    domains.map(({ domain, service_host, is_primary }) => [domain, service_host, is_primary]),
    [['home.example', 'home.example', true]],
  )
  const actors = await db.selectFrom('actors').selectAll().orderBy('is_instance_actor').execute()
  const [ana, instance] = actors
  assert.equal(actors.length, 2)
  assert.equal(ana?.uri, `https://home.example/ap/actors/${ana?.id}`)
  assert.equal(ana?.shared_inbox_uri, 'https://home.example/ap/inbox')
  assert.equal(ana?.display_name, 'Ana')
  assert.equal(instance?.uri, 'https://home.example/ap/instance')
  assert.equal(instance?.username, 'home.example')

  const keys = await db.selectFrom('actor_keys').selectAll().execute()
  assert.equal(keys.length, 4)
  for (const key of keys) {
    const hash = key.algorithm === 'rsa' ? 'sha256' : null
    const signature = sign(hash, Buffer.from('x'), createPrivateKey(key.private_key_pem ?? ''))
    assert.ok(verify(hash, Buffer.from('x'), createPublicKey(key.public_key_pem), signature))
  }
})

test('the same set-up again changes nothing; another one is refused', async () => {
  const { db } = await openTestDatabase()
  await setUpHome(db, ANA, systemClock)
  await setUpHome(db, ANA, systemClock)
  assert.equal((await db.selectFrom('actors').selectAll().execute()).length, 2)

  const others = [
    { ...ANA, username: 'eve' },
    { ...ANA, domain: 'other.example' },
    { ...ANA, password: 'another password' },
  ]
  for (const other of others) {
    await assert.rejects(setUpHome(db, other, systemClock), (error) => isHomebirdError(error, 'CONFLICT'))
  }
  assert.equal((await db.selectFrom('actors').selectAll().execute()).length, 2)
})

test('two set-ups at once leave one owner', async () => {
  const { db } = await openTestDatabase()
  const results = await Promise.allSettled([
    setUpHome(db, ANA, systemClock),
    setUpHome(db, { ...ANA, username: 'eve' }, systemClock),
  ])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await db.selectFrom('actors').select('id').execute()).length, 2)
})

test('names, domains and passwords that cannot be are refused and leave no trace', async () => {
  const { db } = await openTestDatabase()
  const bad: HomeSetUp[] = [
    { ...ANA, serviceDomain: 'nodots' },
    { ...ANA, password: 'ninechars' },
    { ...ANA, password: 'x'.repeat(1_025) },
  ]
  for (const username of ['', 'Ana', 'a-b', 'ana.b', 'a'.repeat(31), 'añá']) bad.push({ ...ANA, username })
  const noDomains = [
    'localhost',
    '127.0.0.1',
    '[::1]',
    'a b.example',
    'home.invalid',
    '-a.example',
    'a..example',
  ]
  for (const domain of noDomains) {
    bad.push({ ...ANA, domain })
  }
  for (const one of bad) {
    await assert.rejects(
      setUpHome(db, one, systemClock),
      (error) => isHomebirdError(error, 'UNPROCESSABLE'),
      JSON.stringify(one),
    )
  }
  assert.equal(await isHomeSetUp(db), false)
  assert.equal((await db.selectFrom('domains').select('id').execute()).length, 0)
})

test('a domain may be typed as an address, and be split', async () => {
  const { db } = await openTestDatabase()
  const split = { ...ANA, domain: ' https://Example.ORG/ ', serviceDomain: 'social.example.org' }
  await setUpHome(db, split, systemClock)
  const ana = await db
    .selectFrom('actors')
    .selectAll()
    .where('username', '=', 'ana')
    .executeTakeFirstOrThrow()
  assert.equal(ana.handle_domain, 'example.org')
  assert.equal(ana.host, 'social.example.org')
  assert.equal(new URL(ana.uri).host, 'social.example.org')
})

test('identities are added to any domain; a name is taken once for each', async () => {
  const { db } = await openTestDatabase()
  await setUpHome(db, ANA, systemClock)
  await addDomain(db, 'second.example', 'web.second.example')
  const second = await addIdentity(
    db,
    { username: 'ana', displayName: '', domain: 'second.example' },
    systemClock,
  )
  assert.equal(second.host, 'web.second.example')
  assert.equal(second.handle_domain, 'second.example')

  const again = addIdentity(db, { username: 'ana', displayName: '', domain: null }, systemClock)
  await assert.rejects(again, (error) => isHomebirdError(error, 'CONFLICT'))
  const nowhere = addIdentity(
    db,
    { username: 'bo', displayName: '', domain: 'not.ours.example' },
    systemClock,
  )
  await assert.rejects(nowhere, (error) => isHomebirdError(error, 'NOT_FOUND'))
  await assert.rejects(addDomain(db, 'second.example'), (error) => isHomebirdError(error, 'CONFLICT'))
})

test('publishing rewrites every address of the home once', async () => {
  const { db } = await openTestDatabase()
  await setUpHome(db, { ...ANA, domain: null }, systemClock)
  await assert.rejects(addDomain(db, 'second.example'), (error) => isHomebirdError(error, 'CONFLICT'))
  const ana = await db
    .selectFrom('actors')
    .selectAll()
    .where('username', '=', 'ana')
    .executeTakeFirstOrThrow()
  await db
    .updateTable('actors')
    .set({
      fields: JSON.stringify([{ name: 'Me', value: '<a href="https://homebird.invalid/@ana">x</a>' }]),
      emojis: JSON.stringify([{ shortcode: 'bee', url: 'https://homebird.invalid/media/bee.png' }]),
    })
    .where('id', '=', ana.id)
    .execute()
  await db
    .insertInto('posts')
    .values({
      uri: 'https://homebird.invalid/ap/posts/7',
      author_id: ana.id,
      is_local: true,
      content_html: '<p><a href="https://homebird.invalid/@ana">@<span>ana@homebird.invalid</span></a></p>',
      content_text: '@ana@homebird.invalid',
      emojis: JSON.stringify([{ shortcode: 'bee', url: 'https://homebird.invalid/media/bee.png' }]),
      visibility: 'public',
      conversation_id: '7',
      published_at: new Date(),
    })
    .execute()

  const stranger = { uri: 'https://other.example/u/x', host: 'other.example', handle_domain: 'other.example' }
  const { id: strangerId } = await db
    .insertInto('actors')
    .values({ ...stranger, username: 'x', inbox_uri: 'https://other.example/inbox' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('posts')
    .values({
      uri: 'https://other.example/posts/1',
      author_id: strangerId,
      content_text: 'what is homebird.invalid?',
      visibility: 'public',
      conversation_id: '8',
      published_at: new Date(),
    })
    .execute()

  const quoted = await db
    .insertInto('posts')
    .values({
      uri: 'https://homebird.invalid/ap/posts/9',
      author_id: ana.id,
      is_local: true,
      visibility: 'public',
      conversation_id: '9',
      published_at: new Date(),
    })
    .returning(['id', 'uri'])
    .executeTakeFirstOrThrow()
  const stamp = 'https://homebird.invalid/ap/quote-authorizations/1'
  const quoting = await db
    .selectFrom('posts')
    .select(['id', 'uri'])
    .where('uri', 'like', '%/ap/posts/7')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('quotes')
    .values({
      post_id: quoting.id,
      quoted_uri: quoted.uri,
      host: 'homebird.invalid',
      quoted_id: quoted.id,
      authorization_uri: stamp,
      state: 'settled',
    })
    .execute()
  await db
    .insertInto('quote_authorizations')
    .values({
      uri: stamp,
      author_id: ana.id,
      quoted_id: quoted.id,
      quoting_uri: quoting.uri,
      quoting_actor_id: ana.id,
    })
    .execute()

  await publishHome(db, 'example.org', 'social.example.org')
  await publishHome(db, 'example.org', 'social.example.org') // once more changes nothing

  const dump: unknown[] = []
  for (const table of [
    'actors',
    'actor_keys',
    'posts',
    'domains',
    'quotes',
    'quote_authorizations',
  ] as const) {
    dump.push(await db.selectFrom(table).selectAll().execute())
  }
  const left = JSON.stringify(dump).match(/[^"]*homebird\.invalid[^"]*/g)
  assert.deepEqual(left, ['what is homebird.invalid?'])
  const post = await db.selectFrom('posts').selectAll().where('id', '=', quoting.id).executeTakeFirstOrThrow()
  assert.equal(post.uri, 'https://social.example.org/ap/posts/7')
  assert.equal(
    post.content_html,
    '<p><a href="https://social.example.org/@ana">@<span>ana@example.org</span></a></p>',
  )
  assert.deepEqual(post.emojis, [{ shortcode: 'bee', url: 'https://social.example.org/media/bee.png' }])
  const published = await db
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', ana.id)
    .executeTakeFirstOrThrow()
  assert.equal(published.handle_domain, 'example.org')
  assert.equal(published.followers_uri, `https://social.example.org/ap/actors/${ana.id}/followers`)
  await assert.rejects(publishHome(db, 'other.example'), (error) => isHomebirdError(error, 'CONFLICT'))
})

test('a new password ends sessions and tokens, and the old one is no longer good', async () => {
  const { db } = await openTestDatabase()
  await assert.rejects(setOwnerPassword(db, 'long enough'), (error) => isHomebirdError(error, 'UNAVAILABLE'))
  assert.equal(await verifyOwnerPassword(db, 'correct horse'), false)
  await setUpHome(db, ANA, systemClock)
  assert.equal(await verifyOwnerPassword(db, 'correct horse'), true)
  const session = { token_hash: Buffer.from('t'), user_agent: 'test', expires_at: new Date() }
  await db.insertInto('owner_sessions').values(session).execute()
  const app = {
    client_id: 'c',
    client_secret_hash: Buffer.from('s'),
    name: 'app',
    redirect_uris: [],
    scopes: [],
  }
  const { id } = await db.insertInto('oauth_apps').values(app).returning('id').executeTakeFirstOrThrow()
  await db
    .insertInto('oauth_tokens')
    .values({ token_hash: Buffer.from('k'), app_id: id, scopes: [] })
    .execute()

  await assert.rejects(setOwnerPassword(db, 'short'), (error) => isHomebirdError(error, 'UNPROCESSABLE'))
  assert.equal((await db.selectFrom('owner_sessions').selectAll().execute()).length, 1)
  await setOwnerPassword(db, 'battery staple')

  assert.equal(await verifyOwnerPassword(db, 'correct horse'), false)
  assert.equal(await verifyOwnerPassword(db, 'battery staple'), true)
  assert.equal((await db.selectFrom('owner_sessions').selectAll().execute()).length, 0)
  const tokens = await db.selectFrom('oauth_tokens').select('revoked_at').execute()
  assert.ok(tokens.every(({ revoked_at }) => revoked_at !== null))
})

test('the home keeps its facts in memory and follows changes made elsewhere', async (t) => {
  const { db, connection } = await openTestDatabase()
  const listener = openListener(connection, 'test', log)
  t.after(async () => listener.close())
  await listener.ready
  const home = await openHome(db, listener, log)
  t.after(() => home.close())
  assert.equal(home.primaryDomain(), null)
  assert.throws(
    () => home.origin(),
    (error) => isHomebirdError(error, 'UNAVAILABLE'),
  )

  await setUpHome(db, { ...ANA, serviceDomain: 'social.home.example' }, systemClock)
  await home.refresh()
  assert.equal(home.origin(), 'https://social.home.example')
  assert.ok(home.isOwnHost('home.example'))
  assert.ok(home.isOwnHost('social.home.example'))
  assert.equal(home.isOwnHost('other.example'), false)
  const key = await home.signingKey(home.instanceActor().id)
  assert.equal(key.keyUri, 'https://social.home.example/ap/instance#main-key')
  assert.equal(key.privateKey.asymmetricKeyType, 'rsa')
  await assert.rejects(home.signingKey('1'), (error) => isHomebirdError(error, 'SIGNING_KEY_MISSING'))

  // Another process blocks a domain and tells.
  const told = new Promise<void>((resolve) => {
    listener.subscribe('changed', { onNotification: () => resolve() })
  })
  await db.insertInto('domain_blocks').values({ domain: 'bad.example' }).execute()
  await notify(db, 'changed', 'domain_blocks')
  await told
  await home.refresh()
  assert.ok(home.isBlockedDomain('bad.example'))
  assert.ok(home.isBlockedDomain('deep.bad.example:8443'))
  assert.equal(home.isBlockedDomain('notbad.example'), false)
})
