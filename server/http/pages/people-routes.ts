/** Whom an identity follows and who follows it, who boosted and liked a post; as far as the owner shows that. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Account } from '../../contracts/account.ts'
import type { PageOf } from '../../db/paging.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { listFollowSide } from '../../domain/follows/list-relationships.ts'
import { showsFollowLists } from '../../domain/owner/page-switches.ts'
import { listLikers, listShownBoosters } from '../../domain/posts/list-posts.ts'
import { PAGE, type PageDesk } from './desk.ts'
import { type PageParams, bothPages, linksOf, peopleRequestOf } from './paging.ts'
import { type PeopleFacts, peoplePage } from './people-page.ts'
import { type NamedPost, getPost } from './post-routes.ts'
import { type ReadyPage, hostTags, sendReadyPage } from './ready-page.ts'
import { type PageSource, getHost } from './view.ts'
import { WORDS } from './words.ts'

interface Listed {
  readonly Params: NamedPost['Params'] & PageParams
}
type Asked = FastifyRequest<Listed>

const HIDDEN = { accounts: null, links: { newer: null, older: null } } as const

export function peopleRoutes(app: FastifyInstance, desk: PageDesk): void {
  const { source } = desk
  const lists = [
    ['/@:name/following', async (request: Asked) => followsOf(source, request, 'following')],
    ['/@:name/followers', async (request: Asked) => followsOf(source, request, 'followers')],
    ['/@:name/:id/reblogs', async (request: Asked) => reactionsTo(source, request, 'reblogs')],
    ['/@:name/:id/favourites', async (request: Asked) => reactionsTo(source, request, 'favourites')],
  ] as const
  for (const [list, make] of lists) {
    for (const path of bothPages(list)) {
      app.get<Listed>(path, PAGE, async (request, reply) =>
        sendReadyPage(desk, request, reply, async () => make(request)),
      )
    }
  }
}

async function followsOf(
  source: PageSource,
  request: Asked,
  side: 'following' | 'followers',
): Promise<ReadyPage> {
  const host = await getHost(source, request, request.params.name)
  const { actor } = host
  const words = { host, ...WORDS.people[side], back: null }
  const show = (shown: Pick<PeopleFacts, 'accounts' | 'links'>): ReadyPage => ({
    page: peoplePage({ ...words, ...shown }),
    tags: hostTags(host),
  })
  if (!showsFollowLists(actor)) return show(HIDDEN)
  const wanted = peopleRequestOf(request.params)
  // As the identity sees it: nobody of a blocked domain, nobody whom it blocks.
  const page = await listFollowSide(source.api.context.db, actor.id, actor.id, side, wanted)
  return show({
    accounts: await accountsOf(source, page),
    links: linksOf(page, wanted, `/@${actor.username}/${side}`),
  })
}

async function reactionsTo(
  source: PageSource,
  request: Asked,
  kind: 'reblogs' | 'favourites',
): Promise<ReadyPage> {
  const host = await getHost(source, request, request.params.name)
  const { actor } = host
  const post = await getPost(source, host, request)
  const base = `/@${actor.username}/${post.id}`
  const words = { host, ...WORDS.people[kind], back: [base, WORDS.people.post] as const }
  const show = (shown: Pick<PeopleFacts, 'accounts' | 'links'>): ReadyPage => ({
    page: peoplePage({ ...words, ...shown }),
    tags: [`post:${post.id}`, ...hostTags(host)],
  })
  if (!actor.shows_counts) return show(HIDDEN)
  const wanted = peopleRequestOf(request.params)
  const list = kind === 'reblogs' ? listShownBoosters : listLikers
  const page = await list(source.api.context.db, actor.id, post.id, wanted)
  return show({ accounts: await accountsOf(source, page), links: linksOf(page, wanted, `${base}/${kind}`) })
}

/** Whoever is gone is left out. */
async function accountsOf({ api }: PageSource, page: PageOf<string>): Promise<Account[]> {
  const accounts = await accountsFromIds(api.context.db, api.scopeFor(null), page.items)
  return accounts.filter(({ suspended }) => suspended !== true)
}
