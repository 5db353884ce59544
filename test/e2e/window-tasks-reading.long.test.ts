/** How a person reads on, with the mouse and again with the keyboard alone: over new posts, restarts, and without the home. */
import assert from 'node:assert/strict'
import { type Stage, flowGround } from '../support/flow-ground.ts'
import type { HandKind } from '../support/hands.ts'
import { until } from '../support/until.ts'
import { scrollRests } from '../support/wheel.ts'

const { ground, flow } = flowGround('window-tasks-reading.long.test.ts')

const COUNT = 24

async function anaWritesMany(kind: HandKind): Promise<void> {
  const { ana, home, owner } = ground
  for (let number = 0; number < COUNT; number += 1) {
    await home.receives(ana, ana.create(ana.note({ content: `<p>leaf ${number} by ${kind}</p>` })))
  }
  await until('all have arrived', async () => {
    const posts = await owner.homeTimeline(40)
    return posts.filter(({ content }) => String(content).includes(`by ${kind}`)).length === COUNT
  })
}

interface Topmost {
  readonly id: string
}

/** Runs in the page: the post under the header. */
const TOPMOST = `(() => {
  const shown = [...document.querySelectorAll('[role=feed] [data-entry-id]')]
  const one = shown.find((entry) => entry.getBoundingClientRect().bottom > 64)
  return one === undefined ? null : { id: one.dataset.entryId }
})()`

const topmost = async (stage: Stage): Promise<Topmost> =>
  until('a post is on the screen', async () => stage.page.evaluate<Topmost | null>(TOPMOST))

/** The post that is read, once nothing moves any more. */
async function atRest(stage: Stage): Promise<Topmost> {
  await scrollRests(stage.page)
  return topmost(stage)
}

flow('find the place again after the home was restarted', { prepare: anaWritesMany }, async (stage) => {
  await stage.hand.readTo(stage.post(stage.own(`leaf ${COUNT - 16}`)))
  assert.ok((await stage.page.evaluate<number>('scrollY')) > 200)
  const read = await atRest(stage)
  await stage.page.goto('about:blank')
  await ground.home.home.stop()
  await ground.home.home.start()
  await stage.page.goto(`${ground.home.origin}/home`)
  await until('the same post is read', async () => (await topmost(stage)).id === read.id)
})

const anaWrites = async (words: string, who: string): Promise<void> =>
  ground.home.reads(ground.ana, { content: `<p>${words} by ${who}</p>` })

flow('go up to what is new', { prepare: anaWritesMany }, async (stage) => {
  await stage.hand.readTo(stage.post(stage.own(`leaf ${COUNT - 16}`)))
  await anaWrites('the newest', stage.who)
  const pill = stage.button(/new posts?$/)
  await pill.waitFor()
  await stage.hand.either(pill, '.')
  await stage.post(stage.own('the newest')).waitFor()
  await until('the page is at its top', async () => (await stage.page.evaluate<number>('scrollY')) === 0)
})

const readsBefore = async (kind: HandKind): Promise<void> => anaWrites('by daylight', kind)

// What the window has not yet needed of its bundle is at hand while the home is not.
const kept = { serviceWorkers: 'allow' } as const

flow(
  'write while the home is away, and send it when it is back',
  { prepare: readsBefore, view: kept },
  async (stage) => {
    // Whole first: how long a post is held is asked for with the posts.
    await stage.page.getByRole('article').first().waitFor()
    await stage.page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await ground.home.home.stop()
    // Tab would go through every post before it comes to the field.
    await stage.hand.either(stage.text, 'n')
    await stage.hand.write(stage.text, stage.own('Written in the dark'))
    await stage.send()
    await stage.page.getByText('Your text is kept.').waitFor()
    await ground.home.home.start()
    await stage.hand.press(stage.page.getByRole('form').getByRole('button', { name: 'Try again' }))
    await stage.published(stage.own('Written in the dark'))
    await until('the field is empty', async () => (await stage.text.inputValue()) === '')
  },
)

async function tagIsUsed(kind: HandKind): Promise<string> {
  const name = `fern${kind}`
  await ground.home.reads(ground.ana, {
    content: `<p>A frond. #${name}</p>`,
    tag: [{ type: 'Hashtag', name: `#${name}`, href: `${ground.home.peer.origin}/tags/${name}` }],
  })
  return `/tags/${name}`
}

flow('read a hashtag and follow it', { prepare: tagIsUsed }, async (stage) => {
  await stage.post('A frond.').waitFor()
  await stage.hand.press(stage.button(/^Follow #?fern/))
  await until('it is followed', async () =>
    (await ground.owner.list('/api/v1/followed_tags')).some(
      ({ name }) => String(name) === `fern${stage.who}`,
    ),
  )
})
