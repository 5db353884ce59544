/** A home in which every page of the window has something to show: posts, people, lists, filters, what waits. */
import { until } from './until.ts'
import type { WindowHome } from './window-home.ts'
import { fillTimeline } from './window-posts.ts'

/** Ids of what stands in the home, for the addresses of pages that show one thing. */
export interface WindowScene {
  readonly ownPostId: string
  readonly threadPostId: string
  readonly personId: string
  readonly ownId: string
  readonly listId: string
  readonly filterId: string
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

/** Fills a home that is set up and has a domain. */
export async function fillWindow(home: WindowHome): Promise<WindowScene> {
  const ana = await fillTimeline(home)
  const owner = await home.owner()
  const own = await owner.get('/api/v1/accounts/verify_credentials')
  const post = await owner.writes('The first apricots are ripe #garden')
  const ownPostId = String(post['id'])
  await owner.writes('And the second ones are eaten', { in_reply_to_id: ownPostId })
  await owner.writes('@ana@peer.example between you and me', { visibility: 'direct' })
  const ben = home.peer.actor('ben', { document: { name: 'Ben of the Long Name Who Writes Rarely' } })
  await home.receives(ana, ana.follow(String(own['uri'])))
  await home.receives(ben, ben.follow(String(own['uri'])))
  await home.receives(ana, ana.like(String(post['uri'])))
  await home.receives(ana, ana.announce(String(post['uri'])))
  const reply = ana.note({
    content:
      '<p><span class="h-card"><a href="x" class="u-url mention">@robin</a></span> Send me a basket</p>',
    inReplyTo: String(post['uri']),
    cc: [ana.followers, String(own['uri'])],
    tag: [{ type: 'Mention', href: String(own['uri']), name: '@robin@home.example' }],
  })
  await home.receives(ana, ana.create(reply))
  await until('everything has come in', async () => {
    const { length } = await owner.list('/api/v1/notifications?limit=20')
    return length >= 5
  })
  const list = await owner.call('POST', '/api/v1/lists', { title: 'Botanists' })
  const person = await owner.find('@ana@peer.example')
  await owner.call('POST', `/api/v1/lists/${list['id']}/accounts`, { account_ids: [person['id']] })
  const filter = await owner.call('POST', '/api/v2/filters', {
    title: 'Spiders',
    context: ['home'],
    filter_action: 'warn',
    keywords_attributes: [{ keyword: 'tarantula', whole_word: true }],
  })
  const read = (await owner.homeTimeline()).find((one) => String(one['visibility']) === 'public')
  for (const act of ['bookmark', 'favourite']) {
    await owner.call('POST', `/api/v1/statuses/${read?.['id']}/${act}`)
  }
  await owner.call('POST', '/api/v1/tags/garden/follow')
  await owner.writes('Good morning from yesterday', { scheduled_at: inHours(12) })
  return {
    ownPostId,
    threadPostId: ownPostId,
    personId: String(person['id']),
    ownId: String(own['id']),
    listId: String(list['id']),
    filterId: String(filter['id']),
  }
}
