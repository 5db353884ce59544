/** Asked once before pictures go out without alt text. */
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { useText } from '../../hooks/use-text.ts'

interface AltQuestionProps {
  readonly count: number
  readonly onAnyway: () => void
  readonly onClose: () => void
}

export function AltQuestion({ count, onAnyway, onClose }: AltQuestionProps) {
  const t = useText()
  const acts = (
    <>
      <Button onPress={onAnyway}>{t('writing.post_anyway')}</Button>
      <Button look="primary" autoFocus onPress={onClose}>
        {t('writing.write_alt')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('writing.alt_missing_title')} acts={acts} isQuestion onClose={onClose}>
      <p>{t('writing.alt_missing', { count })}</p>
    </Dialog>
  )
}
