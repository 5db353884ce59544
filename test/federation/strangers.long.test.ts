/**
 * Servers of other people's making, each with its own reading of the protocols: what one side does is what the other
 * sees, both ways. Neither shares a line with this home.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import type { Json } from '../support/http-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { Stranger } from '../support/stranger.ts'
import { withClient } from '../../server/db/connection.ts'
import { closeBeforeCluster, testCluster } from '../support/test-database.ts'
import { uniqueName } from '../support/test-cluster.ts'
import { type TestCa, createTestCa } from '../support/test-tls.ts'
import { type TlsFront, openTlsFront } from '../support/tls-front.ts'
import { until } from '../support/until.ts'

const HOME = 'home.example'
const HOSTS = { fedify: 'fedify.example', bot: 'bots.example' } as const

let ca: TestCa
let home: ProcessHome
let owner: HomeClient
let fronts: ReadonlyMap<string, TlsFront>
const closers: Array<() => unknown> = []
const env = (): Record<string, string> => ({
  NODE_EXTRA_CA_CERTS: ca.caFile,
  STRANGER_HOSTS: [...fronts].map(([host, front]) => `${host}=${front.address}`).join(','),
})

before(async () => {
  ca = createTestCa({ after: (work) => closers.push(work) })
  fronts = new Map(
    await Promise.all(
      [HOME, ...Object.values(HOSTS)].map(async (host) => [host, await openTlsFront(ca, [host])] as const),
    ),
  )
  for (const front of fronts.values()) closers.push(async () => front.close())
  home = await startProcessHome({
    domain: HOME,
    handle: 'ana',
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: [...fronts].map(([host, front]) => `${host}=${front.address}`).join(','),
    },
  })
  closers.push(async () => home.close())
  fronts.get(HOME)?.leadTo(home.publicPort)
  owner = await signedInClient(home)
})
after(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(child: string, host: string, more: Record<string, string> = {}): Promise<Stranger> {
  const front = fronts.get(host)
  assert.ok(front)
  const stranger = await Stranger.open({ child, host, front, env: { ...env(), ...more } })
  closers.push(async () => stranger[Symbol.asyncDispose]())
  return stranger
}

/** A database for a server that brings its own tables. */
async function makeDatabase(): Promise<string> {
  const cluster: DatabaseConnection = await testCluster()
  const name = uniqueName('stranger')
  await withClient(cluster, async (client) => client.query(`create database ${name}`))
  closeBeforeCluster(async () =>
    withClient(cluster, async (client) => client.query(`drop database if exists ${name} with (force)`)),
  )
  const user = encodeURIComponent(cluster.user)
  return `postgres://${user}@localhost:${cluster.port}/${name}?host=${encodeURIComponent(cluster.host)}`
}

const textOf = (status: Json): string => String(status['content']).replaceAll(/<[^>]+>/g, '')

const STRANGERS = {
  'a server built on Fedify': async () => open('stranger-fedify.ts', HOSTS.fedify),
  'the bot framework of Evan Prodromou': async () =>
    open('stranger-bot.ts', HOSTS.bot, {
      STRANGER_DATABASE: await makeDatabase(),
      STRANGER_LOG: process.env['STRANGER_LOG'] ?? 'silent',
    }),
} as const

for (const [name, start] of Object.entries(STRANGERS)) {
  describe(name, () => {
    let them: Stranger
    let theirUri: string
    let ourUri: string
    let accountId: string

    const arrives = async (text: string): Promise<Json> =>
      until(`"${text}" at home`, async () =>
        (await owner.homeTimeline()).find((status) => textOf(status).includes(text)),
      )
    const told = async (type: string, text: string): Promise<Json> =>
      until(`a ${type} about "${text}"`, async () =>
        (await owner.list(`/api/v1/notifications?types[]=${type}`)).find(
          (one) =>
            String(one['account']?.['id']) === accountId && textOf(one['status'] ?? one).includes(text),
        ),
      )
    const heard = async (
      kind: string,
      test_: (event: { objectUri: string | null; content?: string }) => boolean,
    ) => until(`their ${kind}`, async () => (await them.events(kind)).find(test_))

    before(async () => {
      them = await start()
      theirUri = await them.call<string>('actorUri')
      const account = await owner.find(theirUri)
      accountId = String(account['id'])
      ourUri = `https://${HOME}${new URL(String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])).pathname}`
    })

    test('a follow is accepted on both sides', async () => {
      await owner.call('POST', `/api/v1/accounts/${accountId}/follow`)
      await until('we follow them', async () => (await owner.relationship(accountId))['following'])
      await until('they know it', async () => them.call<boolean>('isFollowedBy', ourUri))
      await them.call('follow', ourUri)
      await until('they follow us', async () => (await owner.relationship(accountId))['followed_by'])
      await until('they know that too', async () => them.call<boolean>('isFollowing', ourUri))
    })

    test('posts arrive, replies find their parents', async () => {
      await them.call('write', 'a word from elsewhere')
      const theirs = await arrives('a word from elsewhere')
      const mine = await owner.writes(`@${String(theirs['account']?.['acct'])} an answer from home`, {
        in_reply_to_id: String(theirs['id']),
      })
      await until('our answer there', async () =>
        [...(await them.events('create')), ...(await them.events('mention'))].find(({ content }) =>
          content?.includes('an answer from home'),
        ),
      )
      await them.call('reply', String(mine['uri']), 'and one more word')
      await told('mention', 'and one more word')
      const context = await owner.get(`/api/v1/statuses/${theirs['id']}/context`)
      assert.deepEqual(
        [...(context['descendants'] ?? [])].map((status) => /home|more/.exec(textOf(status))?.[0]),
        ['home', 'more'],
      )
    })

    test('likes and boosts are counted and taken back, both ways', async () => {
      const mine = await owner.writes(`something to like, ${name}`)
      await them.call('like', String(mine['uri']))
      await them.call('boost', String(mine['uri']))
      await told('favourite', name)
      await told('reblog', name)
      const counts = async (): Promise<number[]> => {
        const now = await owner.get(`/api/v1/statuses/${mine['id']}`)
        return [Number(now['favourites_count']), Number(now['reblogs_count'])]
      }
      assert.deepEqual(await counts(), [1, 1])
      await them.call('unlike', String(mine['uri']))
      await them.call('unboost', String(mine['uri']))
      await until('nothing is counted', async () => (await counts()).every((count) => count === 0))
      const theirs = await arrives('a word from elsewhere')
      const { id, uri } = theirs
      await owner.call('POST', `/api/v1/statuses/${id}/favourite`)
      await owner.call('POST', `/api/v1/statuses/${id}/reblog`)
      await heard('like', ({ objectUri }) => objectUri === String(uri))
      await heard('announce', ({ objectUri }) => objectUri === String(uri))
    })

    test('edits are seen, both ways', async () => {
      const uri = await them.call<string>('write', 'written in haste')
      const theirs = await arrives('written in haste')
      await them.call('edit', uri, 'written with care')
      await until('their edit here', async () =>
        textOf(await owner.get(`/api/v1/statuses/${theirs['id']}`)).includes('with care'),
      )
      assert.equal((await owner.list(`/api/v1/statuses/${theirs['id']}/history`)).length, 2)
    })

    test('what is deleted goes away', async () => {
      const uri = await them.call<string>('write', 'soon gone there')
      const theirs = await arrives('soon gone there')
      await them.call('remove', uri)
      await until(
        'their post is gone here',
        async () => (await owner.raw(`/api/v1/statuses/${theirs['id']}`)).status === 404,
      )
    })

    test('an unfollow ends it', async () => {
      await them.call('unfollow', ourUri)
      await until(
        'they are gone',
        async () => String((await owner.relationship(accountId))['followed_by']) === 'false',
      )
      await owner.call('POST', `/api/v1/accounts/${accountId}/unfollow`)
      await until('they know', async () => !(await them.call<boolean>('isFollowedBy', ourUri)))
    })
  })
}
