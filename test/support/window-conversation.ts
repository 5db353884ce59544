/** What is looked at beside the usual scene: a conversation with branches, a poll, a changed post, pictures of four kinds. */
import type { NoteFacts } from './fake-peer-actor.ts'
import { until } from './until.ts'
import type { WindowHome } from './window-home.ts'
import type { WindowScene } from './window-scene.ts'

const GIVE_UP_AFTER_MS = 90_000

/** Names of the branches: a child is its parent's name and one letter. */
const REPLIES = {
  a: 'Are they the early kind? Ours are still green, and it has been a warm month.',
  aa: 'Early ones, from the south wall.',
  aaa: 'That wall has always been two weeks ahead of the rest of the garden.',
  aaaa: 'And the wasps know it.',
  aaaab: 'Hang a jar of vinegar in the branches.',
  ab: 'Mine fell in the storm.',
  b: 'Jam! 🍑',
} as const

/** Fills a home that has the scene. */
export async function fillConversation(home: WindowHome, scene: WindowScene): Promise<void> {
  const owner = await home.owner()
  const ana = home.peer.actor('ana')
  const ben = home.peer.actor('ben')
  const own = await owner.get(`/api/v1/statuses/${scene.ownPostId}`)
  const uris = new Map<string, string>([['', String(own['uri'])]])
  const robin = String((await owner.get('/api/v1/accounts/verify_credentials'))['uri'])
  for (const [place, [name, words]] of Object.entries(REPLIES).entries()) {
    const author = place % 2 === 0 ? ana : ben
    const note = author.note({
      content: `<p>${words}</p>`,
      inReplyTo: uris.get(name.slice(0, -1)) ?? '',
      cc: [author.followers, robin],
      tag: [{ type: 'Mention', href: robin, name: '@robin@home.example' }],
    })
    uris.set(name, note.id)
    await home.receives(author, author.create(note))
  }
  await home.reads(ana, poll())
  const note = ana.note({ content: '<p>Frist frost tonight</p>' })
  await home.receives(ana, ana.create(note))
  const updated = new Date().toISOString()
  await home.receives(ana, ana.update({ ...note, content: '<p>First frost tonight</p>', updated }))
  await until(
    'the last of the conversation is there',
    async () => {
      const { descendants } = await owner.get(`/api/v1/statuses/${scene.ownPostId}/context`)
      return JSON.stringify(descendants).includes(REPLIES.b)
    },
    GIVE_UP_AFTER_MS,
  )
}

function poll(): NoteFacts {
  const option = (name: string, votes: number): object => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems: votes },
  })
  return {
    type: 'Question',
    content: '<p>Which fern for the shady corner?</p>',
    oneOf: [option('Royal fern', 31), option('Lady fern', 14), option('Hart’s tongue', 6)],
    votersCount: 51,
    endTime: new Date(Date.now() + 3 * 3_600_000).toISOString(),
  }
}
