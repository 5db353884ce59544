/** A home whose public pages have everything that they can show: for tests that walk and look at them. */
import type { Status } from '../../server/contracts/status.ts'
import type { Row } from '../../server/db/tables.ts'
import { mp3Of, pngOf } from './pictures.ts'
import { until } from './until.ts'
import { type UploadHome, openUploadHome } from './upload-home.ts'

const DAY_MS = 86_400_000
const POLL_SECONDS = 86_400

export interface PageWorld {
  readonly home: UploadHome
  /** Paths of all pages that a visitor can come to. */
  readonly paths: Readonly<Record<string, string>>
}

type Write = (status: string, more?: object) => Promise<Status>

/** @param domain  null for one that a browser on this machine reaches */
export async function openPageWorld(domain: string | null = null): Promise<PageWorld> {
  const home = await openUploadHome({ domain })
  const { db, others } = home.home
  const write: Write = async (status, more = {}) =>
    home.app.post<Status>('/api/v1/statuses', { status, ...more })
  await dressProfile(home)
  const lee = await others.actor('lee')
  const mira = await others.actor('mira', { host: 'a.very.long.name.of.a.server.example' })
  const root = await writeThread(home, write, lee, mira)
  await writePosts(home, write)
  const boosted = await others.post(lee, {
    html: '<p>Swifts are back over the harbour. Counted <b>forty</b> tonight.</p>',
    publishedAt: new Date(Date.now() - 2 * DAY_MS),
  })
  await home.app.post(`/api/v1/statuses/${boosted.id}/reblog`)
  await others.follow(lee, home.home.ana)
  await others.follow(mira, home.home.ana)
  await others.follow(home.home.ana, lee)
  await db
    .updateTable('actors')
    .set({
      shows_follows: true,
      offers_search: true,
      is_indexable: true,
      followers_count: 2,
      following_count: 1,
    })
    .where('id', '=', home.home.ana.id)
    .execute()
  const like = {
    actor_id: lee.id,
    post_id: root.id,
    kind: 'like',
    uri: `${lee.uri}/likes/1`,
    state: 'done',
  } as const
  await db
    .insertInto('interactions')
    .values({ ...like, state_next_attempt_at: null })
    .execute()
  await db
    .updateTable('posts')
    .set({ likes_count: 1, boosts_count: 12_400 })
    .where('id', '=', root.id)
    .execute()
  const post = `/@ana/${root.id}`
  return {
    home,
    paths: {
      front: '/',
      profile: '/@ana',
      replies: '/@ana/with_replies',
      media: '/@ana/media',
      tagged: '/@ana/tagged/birds',
      tag: '/tags/birds',
      following: '/@ana/following',
      followers: '/@ana/followers',
      search: '/@ana/search?q=harbour',
      searchEmpty: '/@ana/search',
      follow: '/@ana/follow',
      post,
      act: `${post}/act`,
      favourites: `${post}/favourites`,
      reblogs: `${post}/reblogs`,
      about: '/about',
      privacy: '/privacy-policy',
      terms: '/terms-of-service',
      missing: '/nothing/here',
    },
  }
}

async function dressProfile(world: UploadHome): Promise<void> {
  const { home, app } = world
  const path = '/api/v1/accounts/update_credentials'
  await app.call('PATCH', path, {
    display_name: 'Ana Marques',
    note: 'I keep bees and watch birds at the mouth of the river. Mostly photographs, some long walks, now and then a poem.\n\nEnglish, português, العربية.',
    fields_attributes: [
      { name: 'Site', value: 'https://ana.example/about' },
      {
        name: 'Garden',
        value: 'https://a-rather-long-name.of-a-garden.example/where/the/bees/live?and=more',
      },
      { name: 'Pronouns', value: 'she/her' },
    ],
  })
  const header = {
    name: 'header',
    filename: 'header.png',
    bytes: pngOf(900, 300, [58, 96, 115], [233, 196, 160]),
  }
  const avatar = {
    name: 'avatar',
    filename: 'avatar.png',
    bytes: pngOf(200, 200, [120, 60, 80], [240, 180, 90]),
  }
  const answer = await world.sends(path, [header, avatar], [], 'PATCH')
  if (answer.status !== 200) throw new Error(`pictures were answered ${answer.status}: ${answer.text()}`)
  const { fields } = await home.db
    .selectFrom('actors')
    .select('fields')
    .where('id', '=', home.ana.id)
    .executeTakeFirstOrThrow()
  const [site, ...rest] = fields
  const proven = site === undefined ? rest : [{ ...site, verifiedAt: '2026-03-01T10:00:00.000Z' }, ...rest]
  await home.db
    .updateTable('actors')
    .set({ fields: JSON.stringify(proven) })
    .where('id', '=', home.ana.id)
    .execute()
}

async function writeThread(
  home: UploadHome,
  write: Write,
  lee: Row<'actors'>,
  mira: Row<'actors'>,
): Promise<Status> {
  const { others } = home.home
  const asked = await others.post(mira, { html: '<p>Has anybody seen the first swallows yet?</p>' })
  const root = await write(
    '@mira@a.very.long.name.of.a.server.example Yes! Two of them over the harbour this morning, flying low along the quay. #birds',
    { in_reply_to_id: asked.id, language: 'en' },
  )
  const row = await home.home.db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', root.id)
    .executeTakeFirstOrThrow()
  let above = await others.post(lee, {
    html: '<p>Lucky you. Ours come a week later, every year.</p>',
    inReplyTo: row,
  })
  for (const words of [
    'Because of the hills?',
    'Mostly the wind, I think.',
    'And the insects.',
    'Which we have fewer of.',
    'Sadly.',
  ]) {
    above = await others.post(words.endsWith('?') ? mira : lee, { html: `<p>${words}</p>`, inReplyTo: above })
  }
  await write('I will listen for them next week.', { in_reply_to_id: root.id })
  return root
}

async function writePosts(home: UploadHome, write: Write): Promise<void> {
  const colours = [
    [
      [24, 78, 119],
      [217, 237, 146],
    ],
    [
      [255, 183, 3],
      [251, 86, 7],
    ],
    [
      [38, 70, 83],
      [42, 157, 143],
    ],
    [
      [87, 70, 123],
      [255, 202, 212],
    ],
  ] as const
  const sizes = [
    [1_200, 800],
    [800, 1_200],
    [900, 900],
    [1_600, 700],
  ] as const
  const upload = async (place: number, description: string) => {
    const [width, height] = sizes[place % sizes.length] ?? [800, 600]
    const [top, bottom] = colours[place % colours.length] ?? colours[0]
    const bytes = pngOf(Math.round(width / 2), Math.round(height / 2), top, bottom)
    return uploadedId(home, bytes, description, 'file.png')
  }
  const one = [await upload(0, 'The harbour at dawn: three boats, one lamp, the water like glass.')]
  const several = async (count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, place) =>
        upload(place, place === 1 ? '' : `Picture ${place + 1}`),
      ),
    )
  await write('Low water, first light.', { media_ids: one })
  await write('Two from the walk.', { media_ids: await several(2) })
  await write('Three from the garden.', { media_ids: await several(3) })
  await write('And four at once.', { media_ids: await several(4) })
  await write('Something not for everybody.', { media_ids: await several(1), sensitive: true })
  await write('The butler did it, of course.', {
    spoiler_text: 'Ending of the book',
    media_ids: await several(1),
  })
  const song = await uploadedId(home, mp3Of(), 'A minute of silence', 'silence.mp3')
  await write('A recording from the hide.', { media_ids: [song] })
  await write('Which of these shall I paint?', {
    poll: {
      options: [
        'The heron in the reeds',
        'Avocets',
        'A very long option, with more words than fit on a narrow screen',
      ],
      expires_in: POLL_SECONDS,
    },
  })
  await write('صباح الخير من الميناء', { language: 'ar' })
  const pinned = await write('New here? I write about #birds and #bees, and answer slowly.')
  await home.app.post(`/api/v1/statuses/${pinned.id}/pin`)
  await write('This again, because it is still true.', { quoted_status_id: pinned.id })
  await write(
    'https://averyveryveryveryveryverylongaddresswithoutanyplacetobreakit.example/and/a/path/that/goes/on/and/on',
  )
}

/** A busy machine takes its time with a file, and says so. */
async function uploadedId(world: UploadHome, bytes: Buffer, description: string, filename: string) {
  const file = { name: 'file', filename, bytes }
  const { id } = (await world.sends('/api/v2/media', [file], [['description', description]])).json()
  await until(`${filename} is worked on`, async () => {
    const { status } = await world.app.ask(`/api/v1/media/${String(id)}`)
    return status === 200
  })
  return String(id)
}
