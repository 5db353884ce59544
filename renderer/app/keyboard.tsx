/** Listens to the keyboard for the whole window and shows the legend of its keys. */
import { useEffect, useState } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useLocation } from 'wouter'
import { Button } from '../components/button.tsx'
import { cx } from '../components/cx.ts'
import { useCommands } from '../hooks/use-commands.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { type Command, KeyReader, LEGEND } from '../keys/keymap.ts'
import styles from './keyboard.module.css'
import { ROUTES } from './routes.ts'

/** Commands that lead to a page, when nothing on the present one answers them. */
const PAGES: Partial<Readonly<Record<Command, string>>> = {
  go_home: ROUTES.home,
  go_you: ROUTES.you,
  write: ROUTES.write,
  search: ROUTES.search,
}

export function KeyboardKeys() {
  const { commands } = useServices()
  const [isLegendOpen, setLegendOpen] = useState(false)
  const [, navigate] = useLocation()
  useEffect(() => {
    const reader = new KeyReader(() => performance.now())
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isInOverlay(event.target)) return
      const command = reader.read({
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        isTyping: isTyping(event.target),
      })
      if (command !== null && commands.dispatch(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [commands])
  useCommands((command) => {
    const path = PAGES[command]
    if (path !== undefined) {
      navigate(path)
      return true
    }
    if (command === 'legend') setLegendOpen(true)
    return command === 'legend' || (command === 'close' && leaveField())
  })
  return <Legend isOpen={isLegendOpen} onClose={() => setLegendOpen(false)} />
}

function Legend({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const t = useText()
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => open || onClose()}
      className={cx(styles.overlay)}
    >
      <Modal className={cx(styles.modal)}>
        <Dialog className={cx(styles.dialog)}>
          <Heading slot="title" className={cx(styles.title)}>
            {t('keys.title')}
          </Heading>
          <dl className={styles.legend}>
            {LEGEND.map(({ keys, command }) => (
              <div key={command}>
                <dt>{t(`keys.${command}`)}</dt>
                <dd dir="ltr">
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
          <div>
            <Button autoFocus onPress={onClose}>
              {t('act.close')}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input, textarea, select')
}

/** Menus and dialogs have keys of their own. */
function isInOverlay(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="menu"]') !== null
}

/** Esc gives the letters back to the page. */
function leaveField(): boolean {
  const { activeElement } = document
  if (!isTyping(activeElement) || !(activeElement instanceof HTMLElement)) return false
  activeElement.blur()
  return true
}
