/** Begins the draft that an address of the writing page asks for, once; what cannot be opened is told, with a way to try again. */
import { useMutation } from '@tanstack/react-query'
import { useEffect, useEffectEvent } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { toFailure } from '../api/failure.ts'
import { getPost } from '../api/posts.ts'
import { FailureNotice } from '../components/notice.tsx'
import { type WriteWish, readWriteAddress } from '../formatting/write-address.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { useWriting } from '../hooks/use-writing.ts'
import { ROUTES } from './routes.ts'

export function WriteFromAddress() {
  const t = useText()
  const [, navigate] = useLocation()
  const [parameters] = useSearchParams()
  const asked = parameters.toString()
  const { mutate, error, variables } = useMutation({ mutationFn: useBeginning() })
  const start = useEffectEvent((words: string) => {
    // It was read already, and the address is a plain one by now.
    if (words === '' || window.location.search === '') return
    navigate(ROUTES.write, { replace: true })
    const wish = readWriteAddress(new URLSearchParams(words))
    if (wish !== null) mutate(wish)
  })
  useEffect(() => start(asked), [asked])
  if (error === null || variables === undefined) return null
  return (
    <FailureNotice
      failure={toFailure(error)}
      meaning={t('composer.address_failed')}
      act={{ label: t('act.try_again'), onPress: () => mutate(variables) }}
    />
  )
}

function useBeginning(): (wish: WriteWish) => Promise<void> {
  const { api, drafts, posts } = useServices()
  const writing = useWriting()
  return async ({ text, act, postId }) => {
    if (act === null) {
      drafts.begin()
      // As if it had been typed: it is kept.
      return drafts.change({ text })
    }
    const post = await getPost(api, postId)
    posts.put([post])
    if (act === 'edit') return writing.edit(post)
    if (act === 'reply') await writing.reply(post)
    else writing.quote(post)
    const draft = drafts.current()
    // A draft that was begun before is not written over.
    if (draft.savedAtMs === null && text !== '') drafts.change({ text: `${draft.text}${text}` })
    return undefined
  }
}
