/** The frame of one step: its thought as heading, its fields, Back and the blue button, which Enter presses. */
import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useRef } from 'react'
import { Form } from 'react-aria-components'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'

/** These do something else with Enter, or submit by themselves. */
const CONTROLS = 'button, a, input, textarea, summary'

interface StepFormProps {
  readonly title: string
  readonly lead?: string
  readonly children?: ReactNode
  readonly nextLabel: string
  readonly isBusy?: boolean
  /** Another way than the blue button, in the place of Back. */
  readonly other?: ReactNode
  readonly onNext: () => void
  readonly onBack?: () => void
}

export function StepForm(props: StepFormProps) {
  const { title, lead, children = null, nextLabel, isBusy = false, onNext, onBack } = props
  const t = useText()
  const heading = useRef<HTMLHeadingElement>(null)
  // A screen reader begins each step with its thought; a step that has a field moves on to that by itself.
  useEffect(() => {
    if (heading.current?.closest('form')?.contains(document.activeElement) !== true) heading.current?.focus()
  }, [])
  const submit = useEffectEvent(() => {
    if (!isBusy) onNext()
  })
  useLayoutEffect(() => {
    // A form without a field, or with none that has the focus, would not hear it.
    const onKeyDown = (event: KeyboardEvent): void => {
      const isOnControl = event.target instanceof Element && event.target.closest(CONTROLS) !== null
      if (event.key === 'Enter' && !event.defaultPrevented && !isOnControl) submit()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
  return (
    <Form
      className={cx(styles.step)}
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) onNext()
      }}
    >
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {title}
        </h1>
        {lead === undefined ? null : <p className={styles.lead}>{lead}</p>}
      </div>
      <div className={styles.fields}>{children}</div>
      <div className={styles.buttons}>
        {onBack === undefined ? (
          (props.other ?? <span />)
        ) : (
          <Button onPress={onBack}>{t('setup.back')}</Button>
        )}
        <Button look="primary" type="submit" isBusy={isBusy}>
          {nextLabel}
        </Button>
      </div>
    </Form>
  )
}
