/** Files that were not added to the draft, each with the limit it goes beyond. */
import { Button } from '../../components/button.tsx'
import { Notice } from '../../components/notice.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type LeftOutFile, kindNames } from '../../stores/fit-files.ts'
import styles from './media.module.css'
import { useMostFiles } from './use-add-files.ts'

export function LeftOutFiles({ files }: { readonly files: readonly LeftOutFile[] }) {
  const t = useText()
  const { uploads } = useServices()
  const wordsOf = useWords()
  const beyond = files.filter(({ flaw }) => flaw === 'too_many')
  const most = useMostFiles()
  const besidePoll = files.filter(({ flaw }) => flaw === 'beside_poll')
  const lines = files.filter(({ flaw }) => flaw !== 'too_many' && flaw !== 'beside_poll').map(wordsOf)
  if (besidePoll.length > 0) {
    const names = besidePoll.map(({ name }) => name).join(', ')
    lines.push(t('writing.left_poll', { names, count: besidePoll.length }))
  }
  if (beyond.length > 0) {
    const names = beyond.map(({ name }) => name).join(', ')
    lines.push(t('writing.left_many', { names, count: beyond.length, most }))
  }
  return (
    <Notice act={<Button onPress={() => uploads.forgetLeftOut()}>{t('act.close')}</Button>}>
      {lines.map((line) => (
        <span key={line} className={styles.leftOut}>
          {line}
        </span>
      ))}
    </Notice>
  )
}

function useWords(): (file: LeftOutFile) => string {
  const t = useText()
  const limits = useInstance().data?.configuration.media_attachments
  return ({ name, flaw, size: bytes }) => {
    if (flaw === 'wrong_kind') {
      return t('writing.left_kind', { name, kinds: kindNames(limits?.supported_mime_types ?? []).join(', ') })
    }
    const size = formatBytes(t.locale, bytes)
    return flaw === 'too_large_picture'
      ? t('writing.left_picture', { name, size, most: formatBytes(t.locale, limits?.image_size_limit ?? 0) })
      : t('writing.left_large', { name, size, most: formatBytes(t.locale, limits?.video_size_limit ?? 0) })
  }
}
