/** Begins posts from anywhere in the window: the draft opens, and the composer takes the focus where there is one, else its page. */
import { useQueryClient } from '@tanstack/react-query'
import type { Account } from '../../server/contracts/account.ts'
import type { Status } from '../../server/contracts/status.ts'
import { replyStart } from '../formatting/reply-start.ts'
import type { DraftTarget } from '../stores/draft.ts'
import type { Editable } from '../stores/drafts.ts'
import { ownAccountQuery } from './use-facts.ts'
import { useServices } from './use-services.ts'

type Answerable = Parameters<typeof replyStart>[0]

export interface Writing {
  /** @throws ApiFailure when the own account is not known yet and cannot be read */
  readonly reply: (post: Answerable) => Promise<void>
  readonly quote: (post: Pick<Status, 'id' | 'account' | 'visibility'>) => void
  /** @throws ApiFailure when what was written cannot be read */
  readonly edit: (post: Editable) => Promise<void>
  /** @param deleted  the answer to the deletion, which holds the text */
  readonly rewrite: (
    deleted: Editable & Pick<Status, 'text' | 'spoiler_text'>,
    replyTo?: DraftTarget | null,
  ) => void
  readonly mention: (account: Pick<Account, 'acct'>, how: { readonly isPrivate: boolean }) => void
}

export function useWriting(): Writing {
  const { api, commands, drafts } = useServices()
  const queries = useQueryClient()
  const show = (): void => void commands.dispatch('write')
  return {
    reply: async (post) => {
      const own = await queries.ensureQueryData(ownAccountQuery(api))
      drafts.reply(replyStart(post, own.acct, own.source.privacy))
      show()
    },
    quote: (post) => {
      drafts.quote(post)
      show()
    },
    edit: async (post) => {
      await drafts.edit(post)
      show()
    },
    rewrite: (deleted, replyTo = null) => {
      drafts.rewrite(deleted, replyTo)
      show()
    },
    mention: (account, how) => {
      drafts.mention(account, how)
      show()
    },
  }
}
