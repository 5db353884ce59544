/** What can be done with a post, by the buttons under it, by its menu and by the keys: the same deeds for all three. */
import { useLocation } from 'wouter'
import type { EmojiReaction } from '../../../server/contracts/emoji-reaction.ts'
import { isBoostable, isQuotable } from '../../formatting/post-reach.ts'
import { profilePath } from '../../formatting/paths.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useWriting } from '../../hooks/use-writing.ts'
import type { StoredPost } from '../../stores/posts.ts'

export type PostAct = (post: StoredPost) => void

export interface PostActsOfAll {
  readonly reply: PostAct
  readonly boost: PostAct
  readonly quote: PostAct
  readonly favourite: PostAct
  readonly bookmark: PostAct
  readonly react: PostAct
  readonly toggleEmoji: (post: StoredPost, reaction: EmojiReaction) => void
  readonly pin: PostAct
  readonly muteConversation: PostAct
  readonly translate: PostAct
  readonly edit: PostAct
  readonly delete: PostAct
  readonly mention: PostAct
  readonly profile: PostAct
}

/** Nothing here asks the home before it is called: every post of a list has it. */
export function usePostActs(): PostActsOfAll {
  const t = useText()
  const { deeds, postSheet } = useServices()
  const writing = useWriting()
  const [, navigate] = useLocation()
  return {
    // Without an answer the bar says that the home is away.
    reply: (post) => void writing.reply(post).catch(() => undefined),
    boost: (post) => {
      // An own post for followers is offered with its button; the key finds it here.
      if (isBoostable(post, post.pinned !== undefined)) void deeds.toggle(post.id, 'boost')
    },
    quote: (post) => {
      if (isQuotable(post, post.pinned !== undefined)) writing.quote(post)
    },
    favourite: (post) => void deeds.toggle(post.id, 'favourite'),
    bookmark: (post) => void deeds.toggle(post.id, 'bookmark'),
    react: (post) => postSheet.set({ kind: 'emoji', postId: post.id }),
    toggleEmoji: (post, reaction) => void deeds.react(post.id, reaction),
    pin: (post) => void deeds.toggle(post.id, 'pin'),
    muteConversation: (post) => void deeds.toggle(post.id, 'mute'),
    translate: (post) => void deeds.translations.toggle(post.id, t.locale),
    edit: (post) => void deeds.attempt(post.id, 'edit', async () => writing.edit(post)),
    delete: (post) => {
      focusAfter(post.id)
      deeds.delete(post.id, t('post.deleted'))
    },
    mention: (post) => writing.mention(post.account, { isPrivate: false }),
    profile: (post) => navigate(profilePath(post.account)),
  }
}

/** The reader stays where they were in the list when the post under their hand goes. */
function focusAfter(postId: string): void {
  const entries = [...document.querySelectorAll<HTMLElement>('[data-entry-id]')]
  const same = entries.filter((entry) => entry.dataset['entryId'] === postId)
  // In a list and in the thread beside it: the one whose menu was used.
  const used = same.find((entry) => entry.querySelector(OPEN_MENU) !== null) ?? same[0]
  const place = used === undefined ? -1 : entries.indexOf(used)
  const next = entries[place + 1] ?? entries[place - 1]
  // After the menu has given its focus back to a button that is no longer there.
  if (place >= 0 && next !== undefined) setTimeout(() => next.focus({ preventScroll: true }), FOCUS_AFTER_MS)
}

const OPEN_MENU = '[aria-haspopup][aria-expanded="true"]'

/** A menu needs one drawing to close. */
const FOCUS_AFTER_MS = 50
