/** Parts of a page that come with their words when they are first shown; one that cannot be fetched says so. */
import { type ComponentType, type ReactNode, useLayoutEffect } from 'react'
import { useObservable } from '../hooks/use-observable.ts'
import { useText } from '../hooks/use-text.ts'
import type { Part } from '../i18n/parts.ts'
import { loadWords } from '../i18n/words.ts'
import { LateLoading } from '../stores/late-loading.ts'
import { Button } from './button.tsx'
import { cx } from './cx.ts'
import styles from './late-part.module.css'
import { Notice } from './notice.tsx'
import { Spinner } from './spinner.tsx'

export interface LatePart<Props> {
  (props: Props): ReactNode
  /** When it is likely to be wanted soon. */
  fetchAhead(): void
}

/** What lies over the page can be left without having come. */
interface Closable {
  readonly isOpen?: boolean
  readonly onClose?: () => void
}

interface LatePartOptions {
  /** What it says beside the words that every start loads. */
  readonly words?: Part | readonly Part[]
  /** It lies over the page: so does the line that it is missing. */
  readonly isOverlay?: boolean
}

export function latePart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { words = [], isOverlay = false }: LatePartOptions = {},
): LatePart<Props> {
  const wanted = typeof words === 'string' ? [words] : words
  const loading = new LateLoading(async () => (await Promise.all([load(), ...wanted.map(loadWords)]))[0])
  function Late(props: Props & Closable): ReactNode {
    const state = useObservable(loading.view)
    const { isOpen = true } = props
    // Before anything is painted, so that an old failure is not seen.
    useLayoutEffect(() => {
      if (isOpen) loading.begin()
    }, [isOpen])
    if (state.phase === 'ready') return <state.value {...props} />
    if (!isOpen) return null
    return (
      <div className={cx(isOverlay && styles.overlay)}>
        {state.phase === 'failed' ? (
          <MissingPart
            times={state.times}
            detail={state.detail}
            onAgain={() => loading.begin()}
            {...(isOverlay && props.onClose !== undefined ? { onClose: props.onClose } : {})}
          />
        ) : (
          <PartOnItsWay />
        )}
      </div>
    )
  }
  return Object.assign(Late, { fetchAhead: () => loading.fetchAhead() })
}

function PartOnItsWay() {
  const t = useText()
  return (
    <p role="status" className={styles.waiting}>
      <Spinner /> {t('act.loading')}
    </p>
  )
}

interface MissingPartProps {
  readonly times: number
  readonly detail: string
  readonly onAgain: () => void
  readonly onClose?: () => void
}

/** Some browsers remember that a script was missing, and after an update it lies elsewhere: then only a reload helps. */
function MissingPart({ times, detail, onAgain, onClose }: MissingPartProps) {
  const t = useText()
  const act =
    times === 1
      ? { label: t('act.try_again'), onPress: onAgain }
      : { label: t('app.load_again'), onPress: () => window.location.reload() }
  return (
    <Notice
      act={
        <>
          <Button onPress={act.onPress}>{act.label}</Button>
          {onClose === undefined ? null : (
            <Button look="plain" onPress={onClose}>
              {t('act.close')}
            </Button>
          )}
        </>
      }
      detail={detail}
      detailLabel={t('failure.details')}
    >
      {t('app.part_missing')}
    </Notice>
  )
}
