/** What stands before a post that not everybody wants to see at once. */
import { TextField } from '../../components/text-field.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'

export function WarningField({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts } = useServices()
  return (
    <TextField
      label={t('composer.warning')}
      value={draft.warning}
      placeholder={t('composer.warning_placeholder')}
      autoFocus={draft.warning === ''}
      maxLength={500}
      onChange={(warning) => drafts.change({ warning })}
    />
  )
}
