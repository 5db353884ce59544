/** What came of reading one find of a thread, and the choice of what of it belongs to the thread. */
import type { Home } from '../../domain/owner/home.ts'
import type { SettledFind, ThreadFind } from '../../domain/threads/thread-finds.ts'
import { blockedReference } from '../blocked-reference.ts'
import type { JsonObject } from '../json.ts'
import type { PostFacts } from '../parse-object.ts'
import type { ThreadPage } from './thread-page.ts'

export interface ReadPost {
  readonly kind: 'post'
  readonly find: ThreadFind
  readonly facts: PostFacts
  readonly document: JsonObject
}

export interface ReadPage {
  readonly kind: 'page'
  readonly find: ThreadFind
  readonly page: ThreadPage
}

export type Reading =
  | ReadPost
  | ReadPage
  | { readonly kind: 'refused'; readonly find: ThreadFind; readonly reason: string }
  /** Its server gave no answer. */
  | { readonly kind: 'unavailable'; readonly find: ThreadFind; readonly reason: string }
  /** Not asked for: another attempt does. */
  | { readonly kind: 'left'; readonly find: ThreadFind }

export interface Surroundings {
  /** URIs that are posts of the thread, or are still to be read. */
  readonly inThread: ReadonlySet<string>
  /** URIs of authors who are blocked. */
  readonly blocked: ReadonlySet<string>
  readonly home: Pick<Home, 'isBlockedDomain'>
}

export interface Judged {
  readonly accepted: readonly ReadPost[]
  readonly refused: readonly SettledFind[]
}

/**
 * A post belongs to the thread if it is for everybody, by nobody who is blocked, and itself says that it answers a post
 * of the thread: whoever lists it has no say in that.
 */
export function judgePosts(posts: readonly ReadPost[], around: Surroundings): Judged {
  const refusals = new Map<string, string>()
  for (const post of posts) {
    const reason = refusalOf(post, around)
    if (reason !== null) refusals.set(post.find.uri, reason)
  }
  // Posts that were read together may answer each other; whoever answers one that is refused is refused too.
  for (;;) {
    const present = new Set(posts.filter(({ find }) => !refusals.has(find.uri)).map(({ facts }) => facts.uri))
    const stray = posts.filter(
      ({ find, facts }) =>
        find.kind === 'post' &&
        !refusals.has(find.uri) &&
        !around.inThread.has(facts.inReplyTo ?? '') &&
        !present.has(facts.inReplyTo ?? ''),
    )
    if (stray.length === 0) break
    for (const { find, facts } of stray) {
      refusals.set(find.uri, `it answers ${facts.inReplyTo ?? 'nothing'}, which is not of this thread`)
    }
  }
  return {
    accepted: posts.filter(({ find }) => !refusals.has(find.uri)),
    refused: [...refusals].map(([uri, refusal]) => ({ uri, refusal })),
  }
}

function refusalOf({ find, facts }: ReadPost, { blocked, home }: Surroundings): string | null {
  if (facts.visibility !== 'public' && facts.visibility !== 'unlisted') return 'it is not for everybody'
  if (facts.pollVote !== null) return 'it is a vote'
  if (blocked.has(facts.actorUri)) return `its author ${facts.actorUri} is blocked`
  const reference = blockedReference(home, facts)
  if (reference !== null) return reference
  if (facts.inReplyTo === facts.uri) return 'it answers itself'
  // What answers it calls it by another name, so that the two would not be joined.
  if (find.kind === 'parent' && facts.uri !== find.uri) return `it is ${facts.uri}`
  return null
}
