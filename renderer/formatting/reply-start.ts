/** What a reply begins with: whom it names, how far it goes, under which warning. */
import type { StatusVisibility } from '../../server/contracts/account.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { ReplyStart } from '../stores/drafts.ts'
import { plainName } from './plain-name.ts'
import { narrower } from './reach.ts'

/** @param ownAcct  is never named, being the writer */
export function replyStart(
  post: Pick<Status, 'id' | 'account' | 'mentions' | 'visibility' | 'spoiler_text'>,
  ownAcct: string,
  ownVisibility: StatusVisibility,
): ReplyStart {
  const named = [post.account.acct, ...post.mentions.map((mention) => mention.acct)]
  const others = [...new Set(named)].filter((acct) => acct !== ownAcct)
  return {
    target: { id: post.id, acct: post.account.acct, displayName: plainName(post.account.display_name) },
    text: others.map((acct) => `@${acct} `).join(''),
    warning: post.spoiler_text,
    visibility: narrower(post.visibility, ownVisibility),
  }
}
