/** Buttons: verbs in words, or a picture with its word as tooltip. A busy one keeps its width. */
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import styles from './button.module.css'
import { cx } from './cx.ts'
import { Spinner } from './spinner.tsx'

interface ButtonProps {
  readonly children: ReactNode
  readonly look?: 'primary' | 'quiet' | 'plain' | 'danger'
  readonly type?: 'button' | 'submit'
  readonly isBusy?: boolean
  readonly isDisabled?: boolean
  readonly autoFocus?: boolean
  /** Where the visible words alone would not say enough. */
  readonly label?: string
  readonly isPressed?: boolean
  /** A plain one that begins a line. */
  readonly isFlush?: boolean
  readonly onPress?: () => void
}

export function Button(props: ButtonProps) {
  const { children, look = 'quiet', type = 'button', isBusy = false, isDisabled = false } = props
  return (
    <AriaButton
      type={type}
      isDisabled={isDisabled}
      isPending={isBusy}
      autoFocus={props.autoFocus === true}
      className={cx(styles.button, styles[look], props.isFlush === true && styles.flush)}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
      {...(props.isPressed === undefined ? {} : { 'aria-pressed': props.isPressed })}
      {...(props.onPress === undefined ? {} : { onPress: props.onPress })}
    >
      <span className={cx(styles.label, isBusy && styles.hidden)}>{children}</span>
      {isBusy ? (
        <span className={styles.busy}>
          <Spinner />
        </span>
      ) : null}
    </AriaButton>
  )
}

interface IconButtonProps {
  readonly icon: LucideIcon
  /** Spoken, and shown as tooltip. */
  readonly label: string
  readonly isPressed?: boolean
  readonly isDisabled?: boolean
  readonly isExpanded?: boolean
  /** A number beside the picture, already written for the reader. */
  readonly count?: string
  readonly tone?: 'favourite' | 'boost'
  /** Beside buttons with an edge. */
  readonly hasEdge?: boolean
  /** Points along the line of reading. */
  readonly isMirrored?: boolean
  readonly onPress: () => void
}

export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, count, tone, isPressed } = props
  return (
    <TooltipTrigger delay={600}>
      <AriaButton
        aria-label={count === undefined ? label : `${label} ${count}`.trim()}
        isDisabled={props.isDisabled === true}
        className={cx(
          styles.icon,
          tone === undefined ? null : styles[tone],
          isPressed === true && styles.on,
          props.hasEdge === true && styles.edged,
        )}
        {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
        {...(props.isExpanded === undefined ? {} : { 'aria-expanded': props.isExpanded })}
        onPress={props.onPress}
      >
        <Icon
          aria-hidden
          size={18}
          strokeWidth={1.75}
          {...(props.isMirrored === true ? { className: styles.mirrored } : {})}
        />
        {count === undefined || count === '' ? null : <span className="figures">{count}</span>}
      </AriaButton>
      <Tooltip className={cx(styles.tooltip)} offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  )
}
