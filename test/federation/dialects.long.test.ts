/**
 * Every document of the fixtures, sent by a server that speaks as its software does: what the owner's timeline shows,
 * what the owner is told, and what becomes of it when it is edited, taken back or deleted. One story for each software,
 * in the order of the catalogue.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type {
  ExpectedActor,
  ExpectedEffect,
  ExpectedPost,
  ExpectedVote,
  Expectation,
  Software,
} from '../fixtures/expectations.ts'
import { AUTHORS } from '../fixtures/expectations.ts'
import { FIXTURES, FIXTURE_HOME, type Fixture } from '../fixtures/index.ts'
import { DialectServer } from '../support/dialect-server.ts'
import { expectedOf, list, plain, shownOf } from '../support/dialect-shown.ts'
import type { Json } from '../support/http-client.ts'
import { PeeredHome } from '../support/peered-home.ts'
import { until } from '../support/until.ts'

const SOFTWARES = Object.keys(AUTHORS) as Software[]

let world: PeeredHome
let servers: ReadonlyMap<Software, DialectServer>
before(async () => {
  const opened = await Promise.all(SOFTWARES.map(async (software) => DialectServer.open(software)))
  servers = new Map(opened.map((server) => [server.software, server]))
  world = await PeeredHome.open({ peers: opened.map(({ peer }) => peer) })
})

/** What one software sends, and what the home has of it so far. */
class Story {
  readonly software: Software
  readonly server: DialectServer
  /** Account ids by the URI of the actor. */
  readonly accounts = new Map<string, string>()
  /** Status ids by URI of the post. */
  readonly statuses = new Map<string, string>()
  /** A post of the owner for each activity that is about one, by the id of the activity. */
  readonly #targets = new Map<string, Json>()
  followUri = ''

  constructor(software: Software) {
    const server = servers.get(software)
    if (server === undefined) throw new Error(`no server of ${software}`)
    this.software = software
    this.server = server
  }

  accountOf(actorUri: string): string {
    return this.accounts.get(actorUri) ?? ''
  }

  async relationship(actorUri: string): Promise<Json> {
    return world.owner.relationship(this.accountOf(actorUri))
  }

  /** The post of the owner that an activity is about; a new one for each, so that counts tell what each does. */
  async target(fixture: Fixture): Promise<Json> {
    const { document } = fixture
    const inner = document['object']
    const undone = document['type'] === 'Undo' && typeof inner === 'object' && inner !== null && 'id' in inner
    const id = String(undone ? inner.id : document['id'])
    const known = this.#targets.get(id)
    if (known !== undefined) return known
    const { expect } = fixture
    const poll = expect.what === 'vote' ? { poll: pollFor(expect.choices) } : {}
    const post = await world.owner.writes(`for ${this.software} ${fixture.name}`, poll)
    this.#targets.set(id, post)
    return post
  }

  /** Sends a document and waits until it is worked off. */
  async sends(fixture: Fixture): Promise<{ readonly state: string; readonly target: Json }> {
    const target = await this.target(fixture)
    const { answer, activityId } = await this.server.sends(world.target, fixture, {
      [FIXTURE_HOME.actorUri]: world.me.uri,
      [FIXTURE_HOME.postUri]: String(target['uri']),
      [FIXTURE_HOME.followUri]: this.followUri,
    })
    assert.equal(answer.status, 202, answer.text())
    const { state } = await world.processed(activityId)
    return { state, target }
  }
}

for (const software of SOFTWARES) {
  test(`what ${software} sends`, async (t) => {
    const story = new Story(software)
    const fixtures = FIXTURES.filter((fixture) => fixture.software === software)
    for (const fixture of fixtures) {
      await t.test(fixture.name, async () => CHECKS[fixture.expect.what](story, fixture as never))
    }
  })
}

type Check<W extends Expectation['what']> = (
  story: Story,
  fixture: Fixture<Extract<Expectation, { what: W }>>,
) => Promise<void>

const CHECKS: { readonly [W in Expectation['what']]: Check<W> } = {
  actor: checkActor,
  post: checkPost,
  effect: checkEffect,
  nothing: async (story, fixture) => assert.equal((await story.sends(fixture)).state, 'dropped'),
  vote: checkVote,
}

const pollFor = (choices: readonly string[]): object => ({
  options: ['something else', ...choices],
  multiple: choices.length > 1,
  expires_in: 3_600,
})

/** Counted, and nothing else: no reply, nothing to be told of. */
async function checkVote(story: Story, fixture: Fixture<ExpectedVote>): Promise<void> {
  const { state, target } = await story.sends(fixture)
  assert.equal(state, 'processed')
  const { poll, replies_count: replies } = await statusNow(target)
  assert.deepEqual(
    list(poll?.['options']).map((option) => option['votes_count']),
    [0, ...fixture.expect.choices.map(() => 1)],
  )
  assert.deepEqual([Number(poll?.['voters_count']), Number(replies)], [1, 0])
}

/** Found by its handle, shown as it is, followed. */
async function checkActor(story: Story, { expect }: Fixture<ExpectedActor>): Promise<void> {
  const { server } = story
  const account = await world.owner.find(`@${expect.username}@${server.peer.host}`)
  const id = String(account['id'])
  story.accounts.set(expect.uri, id)
  assert.deepEqual(
    {
      uri: account['uri'],
      acct: account['acct'],
      displayName: account['display_name'],
      bio: plain(account['note']),
      isLocked: account['locked'],
      isGroup: account['group'],
      fields: list(account['fields']).map((field) => [field['name'], plain(field['value'])]),
      hasIcon: String(account['avatar']).includes('/proxy/avatar/'),
      hasHeader: String(account['header']).includes('/proxy/header/'),
    },
    {
      uri: expect.uri,
      acct: `${expect.username}@${server.peer.host}`,
      displayName: expect.displayName,
      bio: expect.bio,
      isLocked: expect.isLocked,
      isGroup: expect.kind === 'Group',
      fields: expect.fields,
      hasIcon: expect.icon !== null,
      hasHeader: expect.header !== null,
    },
  )
  await world.owner.call('POST', `/api/v1/accounts/${id}/follow`)
  const follow = await until(`a Follow of ${expect.uri}`, () =>
    server.received('Follow').find((one) => one['object'] === expect.uri),
  )
  const uri = String(follow['id'])
  const own = FIXTURES.find((one) => one.software === story.software && one.name === 'accept-follow')
  if (own !== undefined && expect.uri === AUTHORS[story.software]) {
    story.followUri = uri
    assert.equal((await story.sends(own)).state, 'processed')
  } else {
    await server.accepts(world.target, expect.uri, uri)
  }
  await until('the follow is accepted', async () => (await world.owner.relationship(id))['following'])
}

async function checkPost(story: Story, fixture: Fixture<ExpectedPost>): Promise<void> {
  const { expect } = fixture
  const { state, target } = await story.sends(fixture)
  assert.equal(state, 'processed')
  const status = await inTimeline(expect.uri)
  story.statuses.set(expect.uri, String(status['id']))
  assert.deepEqual(shownOf(status, world.me.id), expectedOf(expect, target))
  for (const markup of expect.holds ?? [])
    assert.ok(String(status['content']).includes(markup), String(status['content']))
  if (expect.mentionsHome === true && expect.activity === 'Create') {
    const told = await world.owner.list('/api/v1/notifications?types[]=mention&limit=80')
    assert.ok(
      told.some((one) => String(one['status']?.['uri']) === expect.uri),
      'the owner is told',
    )
  }
  if (expect.isEdited === true) {
    assert.ok(status['edited_at'])
    const versions = await world.owner.list(`/api/v1/statuses/${status['id']}/history`)
    assert.equal(versions.length, 2)
  }
}

/** A post, where it stands in the owner's timeline, page by page. */
async function inTimeline(uri: string): Promise<Json> {
  let maxId = ''
  for (;;) {
    const page = await world.owner.list(
      `/api/v1/timelines/home?limit=40${maxId === '' ? '' : `&max_id=${maxId}`}`,
    )
    const found = page.find((post) => String(post['uri']) === uri)
    if (found !== undefined) return found
    const last = page.at(-1)
    if (last === undefined) throw new Error(`${uri} is not in the timeline`)
    maxId = String(last['id'])
  }
}

async function checkEffect(story: Story, fixture: Fixture<ExpectedEffect>): Promise<void> {
  const { expect } = fixture
  // Sent when the actor was followed.
  if (expect.type === 'Accept') return
  const check = EFFECTS[expect.type === 'Undo' ? `Undo ${expect.embedded}` : expect.type]
  assert.ok(check, `nothing is known of ${expect.type}`)
  await check(story, fixture)
}

type EffectCheck = (story: Story, fixture: Fixture<ExpectedEffect>) => Promise<void>

async function statusNow(status: Json): Promise<Json> {
  return world.owner.get(`/api/v1/statuses/${status['id']}`)
}

/** The owner is told that somebody did something with a post. */
async function isTold(kind: string, story: Story, actorUri: string, target?: Json): Promise<boolean> {
  const told = await world.owner.list(`/api/v1/notifications?types[]=${kind}&limit=80`)
  return told.some(
    (one) =>
      String(one['account']?.['id']) === story.accountOf(actorUri) &&
      (target === undefined || String(one['status']?.['id']) === String(target['id'])),
  )
}

/** Kept for the inspector; this home makes nothing of it today. */
const withoutEffect: EffectCheck = async (story, fixture) => {
  const { state, target } = await story.sends(fixture)
  assert.equal(state, 'dropped')
  const now = await statusNow(target)
  assert.deepEqual([Number(now['favourites_count']), Number(now['reblogs_count'])], [0, 0])
}

const deletes: EffectCheck = async (story, fixture) => {
  const { objectUri, actorUri } = fixture.expect
  if (objectUri === actorUri) return deletesActor(story, fixture)
  const id = story.statuses.get(objectUri ?? '')
  assert.ok(id, `${objectUri} was never here`)
  assert.equal((await story.sends(fixture)).state, 'processed')
  assert.equal((await world.owner.raw(`/api/v1/statuses/${id}`)).status, 404)
}

const deletesActor: EffectCheck = async (story, fixture) => {
  story.server.goneIs(fixture.expect.actorUri)
  assert.equal((await story.sends(fixture)).state, 'processed')
  for (const id of story.statuses.values()) {
    assert.equal((await world.owner.raw(`/api/v1/statuses/${id}`)).status, 404)
  }
}

/** Shown under the post, and no favourite: the emoji as it is, a custom one with its name and its server. */
const reacts: EffectCheck = async (story, fixture) => {
  const { actorUri, content = '' } = fixture.expect
  const { target } = await story.sends(fixture)
  const now = await statusNow(target)
  const [reaction] = list(now['emoji_reactions'])
  assert.equal(reaction?.['name'], content.replaceAll(':', ''))
  assert.deepEqual(reaction?.['account_ids'], [story.accountOf(actorUri)])
  assert.equal(typeof reaction?.['domain'] === 'string', content.startsWith(':'))
  assert.ok(await isTold('emoji_reaction', story, actorUri, target))
}

const unreacts: EffectCheck = async (story, fixture) => {
  const { state, target } = await story.sends(fixture)
  assert.deepEqual([state, (await statusNow(target))['emoji_reactions']], ['processed', []])
  assert.equal(await isTold('emoji_reaction', story, fixture.expect.actorUri, target), false)
}

const EFFECTS: Readonly<Record<string, EffectCheck>> = {
  async Follow(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    assert.equal((await story.relationship(fixture.expect.actorUri))['followed_by'], true)
    assert.ok(await isTold('follow', story, fixture.expect.actorUri))
    await until('the Accept', () =>
      story.server.received('Accept').some((one) => idOf(one['object']) === fixture.document['id']),
    )
  },
  async Like(story, fixture) {
    if (fixture.expect.content !== undefined) return reacts(story, fixture)
    const { target } = await story.sends(fixture)
    assert.equal(Number((await statusNow(target))['favourites_count']), 1)
    assert.ok(await isTold('favourite', story, fixture.expect.actorUri, target))
  },
  async Announce(story, fixture) {
    const { objectUri, embedded, actorUri } = fixture.expect
    if (embedded !== undefined) {
      // A group that passes an activity on: the post itself is here already, once.
      await story.sends(fixture)
      return
    }
    const { state, target } = await story.sends(fixture)
    assert.equal(state, 'processed')
    const known = story.statuses.get(objectUri ?? '')
    const boosted = known === undefined ? target : await world.owner.get(`/api/v1/statuses/${known}`)
    assert.equal(Number((await statusNow(boosted))['reblogs_count']), 1)
    if (known === undefined) assert.ok(await isTold('reblog', story, actorUri, target))
  },
  async 'Undo Like'(story, fixture) {
    if (story.software === 'misskey') return unreacts(story, fixture)
    const { state, target } = await story.sends(fixture)
    assert.equal(state, 'processed')
    assert.equal(Number((await statusNow(target))['favourites_count']), 0)
    assert.equal(await isTold('favourite', story, fixture.expect.actorUri, target), false)
  },
  async 'Undo Announce'(story, fixture) {
    const { state, target } = await story.sends(fixture)
    assert.equal(state, 'processed')
    assert.equal(Number((await statusNow(target))['reblogs_count']), 0)
  },
  async 'Undo Follow'(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    assert.equal((await story.relationship(fixture.expect.actorUri))['followed_by'], false)
  },
  async Reject(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    assert.equal((await story.relationship(fixture.expect.actorUri))['following'], false)
  },
  async Block(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    assert.equal((await story.relationship(fixture.expect.actorUri))['blocked_by'], true)
  },
  Delete: deletes,
  EmojiReact: reacts,
  'Undo EmojiReact': unreacts,
  QuoteRequest: async (story, fixture) => assert.equal((await story.sends(fixture)).state, 'processed'),
  async Flag(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    const { reports } = (await world.owner.get('/api/homebird/v1/reports')) as Json & {
      readonly reports: Json
    }
    const [report] = list(reports)
    assert.deepEqual(
      [report?.['comment'], report?.['reporterHost'], String(report?.['isOurs'])],
      [fixture.expect.content, story.server.peer.host, 'false'],
    )
  },
  async Add(story, fixture) {
    assert.equal((await story.sends(fixture)).state, 'processed')
    const id = story.accountOf(fixture.expect.actorUri)
    const pinned = await world.owner.list(`/api/v1/accounts/${id}/statuses?pinned=true`)
    assert.deepEqual(
      pinned.map((post) => post['uri']),
      [fixture.expect.objectUri],
    )
  },
  Move: withoutEffect,
}

function idOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value
}
