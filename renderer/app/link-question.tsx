/** Asks before a link of another program is looked up, and goes to what it leads to. */
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { searchFor } from '../api/search.ts'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Dialog } from '../components/dialog.tsx'
import { serverOfAddress } from '../formatting/link-address.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { pathTo, searchPath } from './routes.ts'
import styles from './app.module.css'

interface LinkQuestionProps {
  /** Null where the link leads to nothing that a home could look up. */
  readonly address: string | null
  /** As the other program gave it. */
  readonly link: string
  readonly onClose: () => void
}

/** More says nothing to a reader. */
const MOST_CHARACTERS = 200

const shown = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text

export function LinkQuestion({ address, link, onClose }: LinkQuestionProps) {
  const t = useText()
  const [, navigate] = useLocation()
  const find = useFinding()
  if (address === null) {
    return (
      <Dialog
        title={t('link.refused_title')}
        acts={<Button onPress={onClose}>{t('act.close')}</Button>}
        onClose={onClose}
      >
        <p>{t('link.refused')}</p>
        <p className={styles.foreign} dir="ltr">
          {shown(link)}
        </p>
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      title={t('link.title')}
      act={t('link.act')}
      isDangerous={false}
      onClose={onClose}
      onConfirm={async () => {
        const path = await find(address)
        if (path !== null) navigate(path)
      }}
    >
      <p>{t('link.help', { server: serverOfAddress(address) })}</p>
      <p className={styles.foreign} dir="ltr">
        {shown(address)}
      </p>
    </ConfirmDialog>
  )
}

/** @returns where what was found is shown; null once nobody waits for it */
function useFinding(): (address: string) => Promise<string | null> {
  const { api, posts } = useServices()
  const closing = useRef(new AbortController())
  useEffect(() => {
    const controller = new AbortController()
    closing.current = controller
    return () => controller.abort()
  }, [])
  return async (address) => {
    const { signal } = closing.current
    const question = { words: address, offset: 0, limit: 1, asksOthers: true }
    try {
      const { statuses, accounts } = await searchFor(api, question, signal)
      const [[post], [account]] = [statuses, accounts]
      posts.put(statuses)
      if (post !== undefined) return pathTo('post', post.id)
      // The search says that nothing was found, and what can be looked for.
      return account === undefined ? searchPath(address) : pathTo('person', account.id)
    } catch (error) {
      if (signal.aborted) return null
      throw error
    }
  }
}
