/** What a person does with people, lists, filters and notifications, with the mouse and again with the keyboard alone. */
import assert from 'node:assert/strict'
import type { FakeActor } from '../support/fake-peer.ts'
import { flowGround } from '../support/flow-ground.ts'
import type { HandKind } from '../support/hands.ts'
import { until } from '../support/until.ts'

const { ground, flow } = flowGround('window-tasks-people.long.test.ts')

/** Somebody whom only this hand meets. */
const somebody = (name: string, kind: HandKind): FakeActor =>
  ground.home.peer.actor(`${name}_${kind}`, { document: { name: `${name} of ${kind}` } })

const idOf = async (actor: FakeActor): Promise<string> =>
  String((await ground.owner.find(actor.handle))['id'])

async function standing(handle: string): Promise<Record<string, string>> {
  const relationship = await ground.owner.relationship(String((await ground.owner.find(handle))['id']))
  return Object.fromEntries(Object.entries(relationship).map(([name, value]) => [name, String(value)]))
}

/** The profile of somebody who is followed already. */
const profileOf =
  (name: string) =>
  async (kind: HandKind): Promise<string> => {
    const actor = somebody(name, kind)
    await ground.home.follows(actor)
    return `/people/${await idOf(actor)}`
  }

const ownUri = async (): Promise<string> =>
  String((await ground.owner.get('/api/v1/accounts/verify_credentials'))['uri'])

flow(
  'follow somebody by address, and stop following',
  { path: '/search', prepare: async (kind) => void somebody('kai', kind) },
  async (stage) => {
    const name = `kai_${stage.who}`
    await stage.hand.enter(stage.page.getByRole('searchbox'), `@${name}@peer.example`)
    await stage.hand.press(stage.button(`Follow @${name}@peer.example`))
    await stage.button(/^Requested/).waitFor()
    await ground.home.accepts(ground.home.peer.actor(name))
    await stage.hand.press(stage.button(`Following: stop following @${name}@peer.example`))
    await stage.button(`Follow @${name}@peer.example`).waitFor()
    await until(
      'nobody is followed',
      async () => (await standing(`@${name}@peer.example`))['following'] === 'false',
    )
  },
)

flow('mute somebody for a day, and take it back', { prepare: profileOf('mute') }, async (stage) => {
  const handle = `@mute_${stage.who}@peer.example`
  await stage.hand.pick(
    stage.button(`More about ${handle}`),
    stage.page.getByRole('menuitem', { name: 'Mute', exact: true }),
  )
  const dialog = stage.page.getByRole('dialog', { name: `Mute ${handle}?` })
  await stage.hand.pick(
    dialog.getByRole('button', { name: /For how long/ }),
    stage.page.getByRole('option', { name: '1 day' }),
  )
  await stage.hand.press(dialog.getByRole('button', { name: 'Mute', exact: true }))
  await stage.page.getByText('Muted until').waitFor()
  await until('the home mutes for a day', async () => {
    const { muting, muting_expires_at: ends } = await standing(handle)
    return muting === 'true' && ends !== 'null'
  })
  await stage.undo()
  await until('the mute is taken back', async () => (await standing(handle))['muting'] === 'false')
})

flow('block somebody', { prepare: profileOf('rude') }, async (stage) => {
  const handle = `@rude_${stage.who}@peer.example`
  await stage.hand.pick(
    stage.button(`More about ${handle}`),
    stage.page.getByRole('menuitem', { name: 'Block', exact: true }),
  )
  const question = stage.page.getByRole('alertdialog', { name: `Block ${handle}?` })
  await question.getByText('You follow them. That ends').waitFor()
  await stage.hand.press(question.getByRole('button', { name: 'Block', exact: true }))
  await stage.page.getByText('You block them').waitFor()
  await until('the home blocks them', async () => (await standing(handle))['blocking'] === 'true')
})

async function spammer(kind: HandKind): Promise<string> {
  const path = await profileOf('spam')(kind)
  await ground.home.reads(somebody('spam', kind), { content: `<p>Cheap ferns by ${kind}</p>` })
  return path
}

flow('report a post to its server', { prepare: spammer }, async (stage) => {
  const handle = `@spam_${stage.who}@peer.example`
  await stage.hand.pick(
    stage.button(`More about ${handle}`),
    stage.page.getByRole('menuitem', { name: 'Report', exact: true }),
  )
  const dialog = stage.page.getByRole('dialog')
  await stage.hand.press(dialog.getByRole('checkbox', { name: /Cheap ferns/ }))
  await dialog.getByText('1 post chosen').waitFor()
  await stage.hand.press(dialog.getByRole('button', { name: 'Send report' }))
  await stage.page.getByText('It is on its way to peer.example.').waitFor()
})

flow('keep a private note on a profile', { prepare: profileOf('note') }, async (stage) => {
  await stage.hand.write(stage.page.getByLabel('Private note'), stage.own('Met at the garden'))
  await stage.page.getByText('Saved', { exact: true }).waitFor()
  await until('the note is kept', async () => {
    const { note } = await standing(`@note_${stage.who}@peer.example`)
    return note === stage.own('Met at the garden')
  })
})

async function twoAsk(kind: HandKind): Promise<void> {
  await ground.owner.call('PATCH', '/api/v1/accounts/update_credentials', { locked: true })
  for (const name of ['hal', 'ida']) {
    const actor = somebody(name, kind)
    await ground.home.receives(actor, actor.follow(await ownUri()))
  }
  await until('both ask', async () => (await ground.owner.list('/api/v1/follow_requests')).length === 2)
}

flow(
  'accept one who asks to follow and refuse another',
  { path: '/follow-requests', prepare: twoAsk },
  async (stage) => {
    const [hal, ida] = ['hal', 'ida'].map((name) => `@${name}_${stage.who}@peer.example`)
    await stage.hand.press(stage.button(`Accept ${hal}`))
    await stage.page.getByText(String(hal)).waitFor({ state: 'detached' })
    await stage.hand.press(stage.button(`Refuse ${ida}`))
    await stage.page.getByText('No requests').waitFor()
    await until('one follows', async () => (await standing(String(hal)))['followed_by'] === 'true')
    assert.equal((await standing(String(ida)))['followed_by'], 'false')
    await ground.owner.call('PATCH', '/api/v1/accounts/update_credentials', { locked: false })
  },
)

flow('make a list and put somebody on it', { path: '/lists' }, async (stage) => {
  await stage.hand.press(stage.button('New list'))
  await stage.hand.write(stage.page.getByLabel('Name'), stage.own('Botanists'))
  await stage.hand.press(stage.button('Make list'))
  await stage.page.getByRole('link', { name: new RegExp(stage.own('Botanists')) }).waitFor()
  await stage.hand.pick(
    stage.button(new RegExp(`More about .*${stage.own('Botanists')}`)),
    stage.page.getByRole('menuitem', { name: 'People' }),
  )
  await stage.hand.write(stage.page.getByLabel('Add somebody you follow'), 'ana')
  await stage.hand.press(stage.button('Add @ana@peer.example'))
  await stage.button('Take off: @ana@peer.example').waitFor()
})

flow('follow a hashtag, and leave it with Undo', { path: '/followed-hashtags' }, async (stage) => {
  await stage.hand.enter(stage.page.getByLabel('Follow a hashtag'), `#ferns_${stage.who}`)
  await stage.page.getByRole('link', { name: new RegExp(`ferns_${stage.who}`) }).waitFor()
  await stage.hand.press(stage.button(`Unfollow #ferns_${stage.who}`))
  await stage.button(`Unfollow #ferns_${stage.who}`).waitFor({ state: 'detached' })
  await stage.undo()
  await stage.page.getByRole('link', { name: new RegExp(`ferns_${stage.who}`) }).waitFor()
})

flow('make a filter and try it', { path: '/filters' }, async (stage) => {
  await stage.hand.press(stage.button('New filter'))
  await stage.hand.write(stage.page.getByLabel('Name', { exact: true }), stage.own('Spiders'))
  await stage.hand.write(stage.page.getByLabel('Word or phrase 1'), 'tarantula')
  await stage.hand.press(stage.page.getByRole('radio', { name: /Hide whole/ }))
  await stage.hand.write(stage.page.getByLabel('Try it'), 'A tarantula came')
  await stage.page.getByText('Not shown at all, because of').waitFor()
  await stage.hand.press(stage.button('Make filter'))
  await stage.page.getByRole('link', { name: new RegExp(stage.own('Spiders')) }).waitFor()
})

async function filterThere(kind: HandKind): Promise<string> {
  const filter = await ground.owner.call('POST', '/api/v2/filters', {
    title: `Weather by ${kind}`,
    context: ['home'],
    filter_action: 'warn',
    keywords_attributes: [{ keyword: 'rain', whole_word: true }],
  })
  return `/filters/${String(filter['id'])}`
}

flow('add a word to a filter', { prepare: filterThere }, async (stage) => {
  await stage.hand.press(stage.button('Add a word'))
  await stage.hand.write(stage.page.getByLabel('Word or phrase 2'), 'hail')
  await stage.hand.press(stage.button('Save filter'))
  await until('both words are kept', async () => {
    const filters = await ground.owner.list('/api/v2/filters')
    const own = filters.find((one) => String(one['title']) === stage.own('Weather'))
    return [...(own?.['keywords'] ?? [])].length === 2
  })
})

async function liked(kind: HandKind): Promise<void> {
  const post = await ground.owner.writes(`A post that is liked by ${kind}`)
  await ground.home.receives(ground.ana, ground.ana.like(String(post['uri'])))
  const count = kind === 'mouse' ? 1 : 2
  await until('it is told', async () => {
    const told = await ground.owner.list('/api/v1/notifications?types[]=favourite')
    return told.length >= count
  })
}

flow(
  'look through notifications by kind, mark them as read, dismiss one',
  { prepare: liked },
  async (stage) => {
    await stage.goTo('Notifications')
    const row = stage.page.locator('[role="feed"] > article').filter({ hasText: stage.own('that is liked') })
    await row.waitFor()
    await stage.hand.press(stage.page.getByRole('tab', { name: 'Mentions' }))
    await row.waitFor({ state: 'detached' })
    await stage.hand.press(stage.page.getByRole('tab', { name: 'Favourites' }))
    await row.waitFor()
    await stage.hand.pick(
      stage.button('More about notifications'),
      stage.page.getByRole('menuitem', { name: 'Mark all as read' }),
    )
    await stage.hand.press(row.getByRole('button', { name: 'Dismiss' }))
    await row.waitFor({ state: 'detached' })
    await stage.undo()
    await row.waitFor()
  },
)

const wroteLongAgo = async (kind: HandKind): Promise<void> =>
  void (await ground.owner.writes(`An old orchid by ${kind}`))

flow('find an own old post by its words', { path: '/search', prepare: wroteLongAgo }, async (stage) => {
  await stage.hand.enter(stage.page.getByRole('searchbox'), `from:me "${stage.own('orchid')}"`)
  await stage.post(stage.own('An old orchid')).waitFor()
})

const anaWrote = async (kind: HandKind): Promise<void> =>
  ground.home.reads(ground.ana, { content: `<p>written here by ${kind}</p>` })

flow('open the profile of an author from a post', { prepare: anaWrote }, async (stage) => {
  await stage.hand.act(stage.post(stage.own('written here')), /^Ana Marić/, 'p')
  await stage.page.getByRole('heading', { name: 'Ana Marić', level: 1 }).waitFor()
})

flow('block a server after seeing what would be lost', { prepare: profileOf('last') }, async (stage) => {
  const handle = `@last_${stage.who}@peer.example`
  await stage.hand.pick(
    stage.button(`More about ${handle}`),
    stage.page.getByRole('menuitem', { name: 'Block peer.example' }),
  )
  const question = stage.page.getByRole('alertdialog', { name: 'Block peer.example?' })
  await question
    .getByText(/You will lose \d+ followers? and \d+ (?:person|people) you follow there/)
    .waitFor()
  await stage.hand.press(question.getByRole('button', { name: 'Block server' }))
  await stage.page.getByText('You block peer.example').waitFor()
  await ground.owner.call('DELETE', '/api/v1/domain_blocks?domain=peer.example')
})
