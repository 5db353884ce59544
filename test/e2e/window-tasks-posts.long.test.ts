/** What a person does with posts, with the mouse and again with the keyboard alone. */
import assert from 'node:assert/strict'
import type { FakeActor } from '../support/fake-peer.ts'
import { flowGround } from '../support/flow-ground.ts'
import type { HandKind } from '../support/hands.ts'
import { pngOf } from '../support/pictures.ts'
import { listReplies, rootNote } from '../support/thread-world.ts'
import { until } from '../support/until.ts'
import type { WindowHome } from '../support/window-home.ts'

const PICTURES = ['one', 'two']

let ben: FakeActor

const { ground, flow } = flowGround('window-tasks-posts.long.test.ts', async ({ home }) => {
  ben = home.peer.actor('ben', { document: { name: 'Ben' } })
  await home.follows(ben)
  servePictures(home)
})

function servePictures(home: WindowHome): void {
  for (const name of PICTURES) {
    const body = pngOf(640, 400, [240, 180, 90], name === 'one' ? [60, 90, 140] : [30, 60, 40])
    home.peer.answers(`/${name}.png`, () => ({ headers: { 'content-type': 'image/png' }, body }))
  }
}

const pictureOf = (name: string): object => ({
  type: 'Document',
  mediaType: 'image/png',
  url: `${ground.home.peer.origin}/${name}.png`,
  name: `picture ${name}`,
  width: 640,
  height: 400,
})

/** Ana writes a post of this hand's own. */
const anaWrites =
  (words: string, more: () => object = () => ({})) =>
  async (kind: HandKind): Promise<void> =>
    ground.home.reads(ground.ana, { content: `<p>${words} by ${kind}</p>`, ...more() })

/** The owner wrote one earlier. */
const wasWritten =
  (words: string) =>
  async (kind: HandKind): Promise<void> => {
    await ground.owner.writes(`${words} by ${kind}`)
  }

flow('favourite a post and take it back', { prepare: anaWrites('to like') }, async (stage) => {
  const post = stage.post(stage.own('to like'))
  await stage.hand.act(post, 'Favourite', 'f')
  const button = post.getByRole('button', { name: 'Favourite 1' })
  await button.waitFor()
  await ground.ana.inbox.waitForType('Like')
  await stage.hand.act(post, 'Favourite 1', 'f')
  await button.waitFor({ state: 'detached' })
})

flow('boost a post', { prepare: anaWrites('to carry on') }, async (stage) => {
  const post = stage.post(stage.own('to carry on'))
  await stage.hand.act(post, 'Boost', 'b')
  await post.getByRole('button', { name: 'Boost 1' }).first().waitFor()
  await ground.home.peer.sharedInbox.waitForType('Announce')
})

flow('reply to a post', { prepare: anaWrites('to answer') }, async (stage) => {
  await stage.hand.act(stage.post(stage.own('to answer')), 'Reply', 'r')
  await stage.page.getByText('Reply to Ana Marić').waitFor()
  await stage.hand.write(stage.text, `@ana@peer.example ${stage.own('my answer')}`)
  await stage.send('Reply')
  const answer = await stage.published(stage.own('my answer'))
  assert.notEqual(String(answer['in_reply_to_id']), 'null')
})

flow('react with an emoji and take it back', { prepare: anaWrites('to cheer') }, async (stage) => {
  const post = stage.post(stage.own('to cheer'))
  await stage.hand.press(post.getByRole('button', { name: 'React' }).first())
  await stage.hand.write(stage.page.getByRole('searchbox', { name: 'Search emoji' }), 'party pop')
  await stage.hand.press(stage.button('party popper'))
  const chip = post.getByRole('button', { name: /🎉, 1 reaction/ })
  await chip.waitFor()
  await stage.hand.press(chip)
  await chip.waitFor({ state: 'detached' })
})

const quotable = (): object => ({
  interactionPolicy: { canQuote: { automaticApproval: 'https://www.w3.org/ns/activitystreams#Public' } },
})

flow('quote a post', { prepare: anaWrites('to be quoted', quotable) }, async (stage) => {
  await stage.hand.act(stage.post(stage.own('to be quoted')), 'Quote', 'q')
  await stage.page.getByText('Quoting Ana Marić').waitFor()
  await stage.hand.write(stage.text, stage.own('look at this'))
  await stage.send()
  const post = await stage.published(stage.own('look at this'))
  assert.notEqual(String(post['quote']), 'null')
})

flow('bookmark a post and find it again', { prepare: anaWrites('to keep') }, async (stage) => {
  await stage.hand.act(stage.post(stage.own('to keep')), 'Bookmark', 'd')
  await until('it is kept', async () =>
    (await ground.owner.list('/api/v1/bookmarks')).some((one) =>
      String(one['content']).includes(stage.own('to keep')),
    ),
  )
  await stage.goTo('Bookmarks')
  await stage.post(stage.own('to keep')).waitFor()
})

const poll = (): object => ({
  type: 'Question',
  oneOf: ['Royal', 'Lady'].map((name) => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems: 1 },
  })),
  votersCount: 2,
  endTime: new Date(Date.now() + 3 * 3_600_000).toISOString(),
})

flow('vote in a poll', { prepare: anaWrites('which fern', poll) }, async (stage) => {
  const post = stage.post(stage.own('which fern'))
  await stage.hand.press(post.getByLabel('Royal'))
  await stage.hand.press(post.getByRole('button', { name: 'Vote' }))
  await post.getByText('your vote').waitFor()
})

const warning = (): object => ({ summary: 'spiders', sensitive: true })

flow(
  'read what is behind a content warning',
  { prepare: anaWrites('eleven of them', warning) },
  async (stage) => {
    const [post] = [stage.post('spiders').first()]
    await stage.hand.act(post, 'Show', 'x')
    await stage.page.getByText(stage.own('eleven of them')).waitFor()
  },
)

const gallery = (): object => ({ attachment: PICTURES.map(pictureOf) })

flow(
  'look at pictures large, the next one, nearer, with their alt text',
  { prepare: anaWrites('two pictures', gallery) },
  async (stage) => {
    await stage.hand.act(stage.post(stage.own('two pictures')), 'Open: picture one', 'e')
    const viewer = stage.page.getByRole('dialog', { name: 'Media' })
    await viewer.getByText('1 of 2').waitFor()
    await viewer.getByText('picture one').waitFor()
    await stage.hand.either(viewer.getByRole('button', { name: 'Next' }), 'ArrowRight')
    await viewer.getByText('2 of 2').waitFor()
    await viewer.getByText('picture two').waitFor()
    await stage.hand.either(viewer.getByRole('button', { name: 'Larger' }), '+')
    await until('it is larger', async () =>
      (await viewer.getByRole('img').getAttribute('style'))?.includes('scale(1.5)'),
    )
    await stage.leave(viewer)
  },
)

flow('edit a post', { prepare: wasWritten('first wordng') }, async (stage) => {
  await stage.choose(stage.post(stage.own('first wordng')), 'Edit')
  await stage.page.getByText('You are changing your post').waitFor()
  await stage.hand.write(stage.text, stage.own('better wording'))
  await stage.send('Save changes')
  await stage.post(stage.own('better wording')).waitFor()
  assert.notEqual(String((await stage.published(stage.own('better wording')))['edited_at']), 'null')
})

const has = async (words: string): Promise<boolean> =>
  (await ground.owner.homeTimeline()).some(({ content }) => String(content).includes(words))

async function anaEdits(kind: HandKind): Promise<void> {
  const note = ground.ana.note({ content: `<p>said at first by ${kind}</p>` })
  await ground.home.receives(ground.ana, ground.ana.create(note))
  await until('it is there', async () => has(`said at first by ${kind}`))
  const edited = { ...note, content: `<p>said better by ${kind}</p>`, updated: new Date().toISOString() }
  await ground.home.receives(ground.ana, ground.ana.update(edited))
  await until('the edit is there', async () => has(`said better by ${kind}`))
}

flow('see what a post said before it was edited', { prepare: anaEdits }, async (stage) => {
  const post = stage.post(stage.own('said better'))
  await stage.hand.press(post.getByRole('button', { name: /^Edited/ }))
  const dialog = stage.page.getByRole('dialog', { name: 'Versions' })
  await dialog.getByText(stage.own('said at first')).waitFor()
  await stage.leave(dialog)
})

/** The other server is in trouble when these words come. */
async function wasNotTaken(kind: HandKind): Promise<void> {
  const words = `on its way by ${kind}`
  ground.home.peer.inboxAnswer = ({ body }) => ({ status: body.includes(words) ? 503 : 202 })
  await ground.owner.writes(`@ana@peer.example ${words}`)
  await until('it was refused', () => ground.home.peer.requests.some(({ body }) => body.includes(words)))
}

flow(
  'see where a post went, let go of a server and try it again',
  { prepare: wasNotTaken },
  async (stage) => {
    await stage.choose(stage.post(stage.own('on its way')), 'Where it went…')
    const dialog = stage.page.getByRole('dialog', { name: 'Where your post went' })
    await stage.hand.press(dialog.getByRole('button', { name: 'Give up: peer.example' }))
    await dialog.getByText('1 server was given up.').waitFor()
    await dialog.getByText('Given up', { exact: true }).waitFor()
    ground.home.peer.inboxAnswer = () => ({ status: 202 })
    await stage.hand.press(dialog.getByRole('button', { name: 'Try now: peer.example' }))
    await dialog.getByText('1 server has it.').waitFor()
    await stage.hand.press(dialog.getByText('Which servers have it'))
    await dialog
      .getByRole('listitem')
      .filter({ hasText: /^peer\.example$/ })
      .waitFor()
    await stage.leave(dialog)
  },
)

flow('delete a post, with Undo', { prepare: wasWritten('not for long') }, async (stage) => {
  const post = stage.post(stage.own('not for long'))
  await stage.choose(post, 'Delete')
  await post.waitFor({ state: 'detached' })
  await stage.undo()
  await post.waitFor()
  await stage.choose(post, 'Delete')
  await post.waitFor({ state: 'detached' })
  await stage.page.goto('about:blank')
  await until('the home has deleted it', async () => !(await has(stage.own('not for long'))))
})

flow('delete a post and write it anew', { prepare: wasWritten('worth another try') }, async (stage) => {
  await stage.choose(stage.post(stage.own('worth another try')), /Delete and write anew/)
  await stage.hand.press(
    stage.page.getByRole('alertdialog').getByRole('button', { name: 'Delete and write anew' }),
  )
  await until('its text is in the composer', async () =>
    (await stage.text.inputValue()).includes(stage.own('worth another try')),
  )
  await stage.hand.write(stage.text, stage.own('the second try'))
  await stage.send()
  await stage.published(stage.own('the second try'))
})

flow('pin a post to the profile', { prepare: wasWritten('to be pinned') }, async (stage) => {
  await stage.choose(stage.post(stage.own('to be pinned')), 'Pin to profile')
  await until(
    'it is pinned',
    async () => String((await stage.published(stage.own('to be pinned')))['pinned']) === 'true',
  )
})

/** Ana asks, Ben answers, she asks again; one more reply is known to her server only. */
async function anaBeginsThread(kind: HandKind): Promise<void> {
  const { ana } = ground
  const root = rootNote(ana, { content: `<p>asked by ${kind}</p>` })
  const answer = ben.note({ content: `<p>answered by ${kind}</p>`, inReplyTo: root.id })
  const deeper = ana.note({ content: `<p>asked further by ${kind}</p>`, inReplyTo: answer.id })
  const missing = ben.note({ content: `<p>never sent by ${kind}</p>`, inReplyTo: root.id })
  listReplies(ground.home.peer, root, [[answer.id, missing.id]])
  for (const [actor, note] of [
    [ana, root],
    [ben, answer],
    [ana, deeper],
  ] as const) {
    await ground.home.receives(actor, actor.create(note))
    await until(`${note.id} is here`, async () =>
      (await ground.owner.homeTimeline(80)).some((post) => String(post['uri']) === note.id),
    )
  }
}

flow('open a thread and fold a branch', { prepare: anaBeginsThread }, async (stage) => {
  const words = stage.own('asked')
  await stage.hand.open(stage.post(words).first(), words)
  await stage.page.getByRole('heading', { name: 'Thread' }).waitFor()
  const deeper = stage.thread.getByText(stage.own('asked further'))
  await deeper.waitFor()
  await stage.hand.press(stage.button('Branch with 1 reply'))
  await deeper.waitFor({ state: 'detached' })
  await stage.hand.press(stage.button('Show 1 reply'))
  await deeper.waitFor()
})

flow('have missing replies fetched', { prepare: anaBeginsThread }, async (stage) => {
  const words = stage.own('asked')
  await stage.hand.open(stage.post(words).first(), words)
  await stage.thread.getByText(stage.own('never sent')).waitFor()
  await stage.thread.getByText('Other servers were asked: 1 reply was missing.').waitFor()
})

flow('filter a post from its menu', { prepare: anaWrites('seen too often') }, async (stage) => {
  await stage.choose(stage.post(stage.own('seen too often')), /Filter this post/)
  await stage.hand.write(stage.page.getByLabel('New filter that warns'), stage.own('too often'))
  await stage.hand.press(stage.button('Make filter'))
  await stage.page.getByText(`Filtered: \u2068${stage.own('too often')}\u2069`).waitFor()
  await stage.hand.press(stage.button('Show anyway').first())
  await stage.page.getByText(stage.own('seen too often')).first().waitFor()
})
