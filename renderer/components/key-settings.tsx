/**
 * Which key does what, to be changed: all letters on or off, each command its own key. Its words are the part `keys`, which
 * the page that places it loads.
 */
import { Pencil, RotateCcw, X } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { type KeyRefusal, isChangeable } from '../keys/change-keys.ts'
import { type Command, KEY_GROUPS, LEADER, isPlainKey } from '../keys/keymap.ts'
import { Button, IconButton } from './button.tsx'
import { KeyHint } from './key-hint.tsx'
import styles from './key-settings.module.css'
import { Switch } from './switch.tsx'

interface Refused {
  readonly command: Command
  readonly refusal: KeyRefusal
}

export function KeySettings() {
  const t = useText()
  const { keys } = useServices()
  const view = useObservable(keys.view)
  const [listening, setListening] = useState<Command | null>(null)
  const [refused, setRefused] = useState<Refused | null>(null)
  const told = (command: Command, refusal: KeyRefusal | null): void =>
    setRefused(refusal === null ? null : { command, refusal })
  const hasChanged = Object.keys(view.changed).length > 0
  return (
    <div className={styles.settings}>
      <Switch
        label={t('keys.on')}
        help={t('keys.on_help')}
        isOn={view.isOn}
        onChange={(isOn) => keys.setOn(isOn)}
      />
      {view.isOn ? (
        <>
          {KEY_GROUPS.map(({ name, commands }) => (
            <section key={name} aria-label={t(`keys.group_${name}`)}>
              <h3 className={styles.name}>{t(`keys.group_${name}`)}</h3>
              <ul>
                {commands.map((command) => (
                  <KeyRow
                    key={command}
                    command={command}
                    isListening={listening === command}
                    refusal={refused?.command === command ? refused.refusal : null}
                    onListen={(isOn) => {
                      setListening(isOn ? command : null)
                      setRefused(null)
                    }}
                    onRefused={(refusal) => told(command, refusal)}
                  />
                ))}
              </ul>
            </section>
          ))}
          <div>
            <Button isDisabled={!hasChanged} onPress={() => (setRefused(null), keys.resetAll())}>
              {t('keys.reset_all')}
            </Button>
          </div>
        </>
      ) : null}
    </div>
  )
}

interface KeyRowProps {
  readonly command: Command
  readonly isListening: boolean
  readonly refusal: KeyRefusal | null
  readonly onListen: (isOn: boolean) => void
  readonly onRefused: (refusal: KeyRefusal | null) => void
}

function KeyRow({ command, isListening, refusal, onListen, onRefused }: KeyRowProps) {
  const t = useText()
  const { keys } = useServices()
  const { bindings, changed } = useObservable(keys.view)
  const name = t(`keys.${command}`)
  const own = bindings[command]
  return (
    <li className={styles.row}>
      <span className={styles.words}>
        <span>
          {name}
          {command in changed ? <span className={styles.dot}>{t('keys.changed')}</span> : null}
        </span>
        {refusal === null ? null : (
          <span role="alert" className={styles.refusal}>
            {refusal.reason === 'taken'
              ? t('keys.taken', { name: t(`keys.${refusal.by}`) })
              : t(`keys.${refusal.reason}`)}
          </span>
        )}
      </span>
      {isListening ? (
        <KeyCatcher
          name={name}
          onKey={(key) => {
            onListen(false)
            if (key !== null) onRefused(keys.setKey(command, key))
          }}
        />
      ) : own.length === 0 ? (
        <span className={styles.none}>{t('keys.none')}</span>
      ) : (
        <KeyHint keys={own} />
      )}
      <span className={styles.acts}>
        {isChangeable(command) && !isListening ? (
          <KeyActs command={command} name={name} onListen={onListen} onRefused={onRefused} />
        ) : null}
      </span>
    </li>
  )
}

type KeyActsProps = Pick<KeyRowProps, 'command' | 'onListen' | 'onRefused'> & { readonly name: string }

function KeyActs({ command, name, onListen, onRefused }: KeyActsProps) {
  const t = useText()
  const { keys } = useServices()
  const { bindings, changed } = useObservable(keys.view)
  return (
    <>
      <IconButton icon={Pencil} label={t('keys.change_label', { name })} onPress={() => onListen(true)} />
      {command in changed ? (
        <IconButton
          icon={RotateCcw}
          label={t('keys.reset_label', { name })}
          onPress={() => onRefused(keys.resetKey(command))}
        />
      ) : bindings[command].some(isPlainKey) ? (
        <IconButton
          icon={X}
          label={t('keys.remove_label', { name })}
          onPress={() => (onRefused(null), keys.removeKey(command))}
        />
      ) : null}
    </>
  )
}

interface KeyCatcherProps {
  readonly name: string
  /** Null: left without a key. */
  readonly onKey: (key: string | null) => void
}

/** Takes the next key, or the next after `g`. Esc and Tab leave it. */
function KeyCatcher({ name, onKey }: KeyCatcherProps) {
  const t = useText()
  const box = useRef<HTMLButtonElement>(null)
  const [isLed, setLed] = useState(false)
  useEffect(() => box.current?.focus(), [])
  const take = useEffectEvent((event: KeyboardEvent) => {
    const { key } = event
    if (['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'AltGraph', 'Dead'].includes(key)) return
    if (key === 'Tab') return onKey(null)
    event.preventDefault()
    event.stopPropagation()
    if (key === 'Escape') return onKey(null)
    if (event.ctrlKey || event.metaKey || event.altKey) return onKey(`Mod+${key}`)
    if (key === LEADER && !isLed) return setLed(true)
    return onKey(isLed ? `${LEADER} ${key}` : key)
  })
  useEffect(() => {
    const catcher = box.current
    const onKeyDown = (event: KeyboardEvent): void => take(event)
    catcher?.addEventListener('keydown', onKeyDown)
    return () => catcher?.removeEventListener('keydown', onKeyDown)
  }, [])
  return (
    <button
      ref={box}
      type="button"
      className={styles.catcher}
      aria-label={t('keys.press_label', { name })}
      onBlur={() => onKey(null)}
    >
      {isLed ? t('keys.press_second') : t('keys.press')}
    </button>
  )
}
