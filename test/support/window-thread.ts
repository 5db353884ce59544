/** A thread among other posts of the home timeline: asked, answered three deep and by many. */
import type { FakeActor } from './fake-peer.ts'
import type { FakeObject } from './fake-peer-actor.ts'
import { until } from './until.ts'
import type { WindowHome } from './window-home.ts'

/** Ana, whom the owner follows as Ben, asks among many other posts; Ben answers, they go on three deep, and many answer after that. */
export async function writeThread(home: WindowHome, ana: FakeActor, ben: FakeActor): Promise<string> {
  const sends = async (actor: FakeActor, note: FakeObject): Promise<void> =>
    home.receives(actor, actor.create(note))
  for (const n of Array.from({ length: 14 }, (_, place) => place)) {
    await sends(ana, ana.note({ content: `<p>Earlier note ${n}</p>` }))
  }
  const me = String((await (await home.owner()).get('/api/v1/accounts/verify_credentials'))['uri'])
  const root = ana.note({
    content: '<p><a href="x" class="u-url mention">@robin</a> Which fern grows under a north window?</p>',
    cc: [ana.followers, me],
    tag: [{ type: 'Mention', href: me, name: '@robin@home.example' }],
  })
  await sends(ana, root)
  const rootId = await idOf(home, root.id)
  let above = root
  for (const [place, words] of [
    'Maidenhair, kept moist.',
    'How moist?',
    'Never dry.',
    'Never ever.',
  ].entries()) {
    const actor = place % 2 === 0 ? ben : ana
    above = actor.note({ content: `<p>${words}</p>`, inReplyTo: above.id })
    await sends(actor, above)
    await idOf(home, above.id)
  }
  for (const n of Array.from({ length: 24 }, (_, place) => place)) {
    await sends(ben, ben.note({ content: `<p>Answer number ${n}.</p>`, inReplyTo: root.id }))
  }
  for (const n of Array.from({ length: 8 }, (_, place) => place)) {
    await sends(ana, ana.note({ content: `<p>Later note ${n}</p>` }))
  }
  await until('all of it is here', async () => {
    const { descendants } = await (await home.owner()).get(`/api/v1/statuses/${rootId}/context`)
    const posts = await (await home.owner()).homeTimeline(80)
    return (
      (descendants as unknown[] | undefined)?.length === 28 &&
      posts.some(({ content }) => String(content).includes('Later note 7'))
    )
  })
  return rootId
}

async function idOf(home: WindowHome, uri: string): Promise<string> {
  const owner = await home.owner()
  let id = ''
  await until(`${uri} is here`, async () => {
    const found = (await owner.homeTimeline(80)).find((post) => String(post['uri']) === uri)
    id = String(found?.['id'] ?? '')
    return id !== ''
  })
  return id
}
