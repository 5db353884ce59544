/** A timeline as people write it, for pages that are looked at: pictures, warnings, a boost, long and mirrored texts. */
import type { FakeActor, FakePeer } from './fake-peer.ts'
import { pngOf } from './pictures.ts'
import { until } from './until.ts'
import type { WindowHome } from './window-home.ts'

const BLURHASH = 'LEHV6nWB2yk8pyo0adR*.7kCMdnj'
const MINUTE_MS = 60_000

/** Fills the home timeline of a home that is set up. */
export async function fillTimeline(home: WindowHome): Promise<FakeActor> {
  const { peer } = home
  servePictures(peer)
  const ana = peer.actor('ana', { document: anaDocument(peer) })
  const lee = peer.actor('lee', { document: { name: 'Lee' } })
  await home.follows(ana)
  for (const note of notesOf(peer)) await home.receives(ana, ana.create(ana.note(note)))
  const question = lee.note({
    content: '<p>Does anyone have a spare ticket for the botanical garden on Saturday?</p>',
    published: ago(22),
  })
  await home.receives(ana, ana.announce(question.id))
  const owner = await home.owner()
  await until(
    'everything has arrived',
    async () => (await owner.homeTimeline()).length === notesOf(peer).length + 1,
  )
  return ana
}

const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString()

function servePictures(peer: FakePeer): void {
  const pictures = {
    'valley.png': pngOf(640, 400, [240, 180, 90], [60, 90, 140]),
    'moss.png': pngOf(400, 400, [120, 180, 120], [30, 60, 40]),
    'ana.png': pngOf(80, 80, [200, 120, 160], [90, 60, 140]),
    'blob.png': pngOf(32, 32, [90, 200, 90], [30, 160, 60]),
  }
  for (const [name, body] of Object.entries(pictures)) {
    peer.answers(`/${name}`, () => ({ headers: { 'content-type': 'image/png' }, body }))
  }
}

function anaDocument(peer: FakePeer): object {
  const picture = (name: string): object => ({
    type: 'Image',
    mediaType: 'image/png',
    url: `${peer.origin}/${name}`,
  })
  return {
    name: 'Ana Marić :blob:',
    icon: picture('ana.png'),
    tag: [{ type: 'Emoji', name: ':blob:', icon: picture('blob.png') }],
    summary: '<p>Botanist. Ferns, mostly. <a href="https://ferns.example">ferns.example</a></p>',
  }
}

function notesOf(peer: FakePeer): Record<string, unknown>[] {
  const picture = (name: string, alt: string, size: number): object => ({
    type: 'Document',
    mediaType: 'image/png',
    url: `${peer.origin}/${name}`,
    name: alt,
    width: 640,
    height: size,
    blurhash: BLURHASH,
  })
  const long = 'A long thought about soil and water and the patience of plants. '
  const link =
    '<a href="https://ferns.example/dicksonia/2026/a/long/address"><span class="invisible">https://</span><span class="ellipsis">ferns.example/dicksonia</span><span class="invisible">/2026/a/long/address</span></a>'
  return [
    {
      content: `<p>Three new fronds on the <em>Dicksonia</em> since yesterday. ${link}</p>`,
      published: ago(7_200),
    },
    {
      content: '<p>Two pictures from the walk.</p>',
      published: ago(190),
      attachment: [
        picture('valley.png', 'Evening light over the valley', 400),
        picture('moss.png', 'Moss', 640),
      ],
    },
    { summary: 'spiders', sensitive: true, content: '<p>Eleven of them.</p>', published: ago(80) },
    { content: `<p>${long.repeat(30)}</p>`, published: ago(40) },
    { content: '<p>صباح الخير من الحديقة</p>', published: ago(30) },
    {
      content: '<p>Not for everybody.</p>',
      sensitive: true,
      published: ago(12),
      attachment: [picture('valley.png', 'Evening light', 400)],
    },
    {
      content: '<p>One picture.</p>',
      published: ago(9),
      attachment: [picture('valley.png', 'Evening light over the valley', 400)],
    },
  ]
}
