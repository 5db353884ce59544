/** One of the languages that a post can be written in, by the names that the reader's own language has for them. */
import { useQuery } from '@tanstack/react-query'
import { Select } from '../../components/select.tsx'
import { languageChoices } from '../../formatting/language-name.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'

interface LanguageSelectProps {
  readonly label: string
  /** Empty for none. */
  readonly value: string
  readonly onChange: (tag: string) => void
}

/** A list takes no empty key. */
const NONE = 'none'

export function LanguageSelect({ label, value, onChange }: LanguageSelectProps) {
  const t = useText()
  const { api } = useServices()
  const { data = [] } = useQuery({
    queryKey: ['languages'],
    queryFn: async () => api.get<readonly { readonly code: string }[]>('/api/v1/instance/languages'),
    staleTime: Infinity,
  })
  const tags = new Set([...data.map(({ code }) => code), ...(value === '' ? [] : [value])])
  const choices = languageChoices(t.locale, tags)
  return (
    <Select
      label={label}
      isLabelHidden
      value={value === '' ? NONE : value}
      choices={[{ value: NONE, label: t('settings.language_none') }, ...choices]}
      onChange={(tag) => onChange(tag === NONE ? '' : tag)}
    />
  )
}
