/** Catches a page that fell: what is written stays, the others can be opened, and this one be loaded again. */
import { Component, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import { useText } from '../hooks/use-text.ts'
import styles from './app.module.css'

interface Props {
  readonly children: ReactNode
}

interface State {
  /** The technical line. */
  readonly fall: string | null
}

export class PageBoundary extends Component<Props, State> {
  override readonly state: State = { fall: null }

  static getDerivedStateFromError(error: unknown): State {
    return { fall: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }

  override render(): ReactNode {
    return this.state.fall === null ? this.props.children : <FallenPage detail={this.state.fall} />
  }
}

function FallenPage({ detail }: { readonly detail: string }) {
  const t = useText()
  return (
    <div className={styles.fallen}>
      <h1>{t('app.fallen_title')}</h1>
      <Notice
        act={<Button onPress={() => window.location.reload()}>{t('app.load_again')}</Button>}
        detail={detail}
        detailLabel={t('failure.details')}
      >
        {t('app.fallen_help')}
      </Notice>
    </div>
  )
}
