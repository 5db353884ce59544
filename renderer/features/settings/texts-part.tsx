/** What the home says of itself to strangers: title, description, contact, the pages about it, its terms; with a preview. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { HomeTextsFacts } from '../../../server/contracts/home-texts.ts'
import { editTexts, getTexts } from '../../api/settings.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextArea } from '../../components/text-area.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ApplyBar } from './apply-bar.tsx'
import { useLeaveWarning } from './profile-part.tsx'
import styles from './parts.module.css'
import { TextPreview } from './text-preview.tsx'

const KEY = ['home-texts']
const LINES = ['title', 'contactEmail'] as const
const PAGES = ['description', 'about', 'privacyPolicy', 'termsOfService'] as const
type TextName = (typeof LINES)[number] | (typeof PAGES)[number]
const MOST: Readonly<Record<TextName, number>> = {
  title: 100,
  contactEmail: 254,
  description: 500,
  about: 50_000,
  privacyPolicy: 50_000,
  termsOfService: 50_000,
}

export function TextsPart() {
  const { api } = useServices()
  const query = useQuery({ queryKey: KEY, queryFn: async () => getTexts(api) })
  return <QueryState query={query}>{(texts) => <TextsForm texts={texts} />}</QueryState>
}

function TextsForm({ texts }: { readonly texts: HomeTextsFacts }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [typed, setTyped] = useState<Partial<Record<TextName, string>>>({})
  const valueOf = (name: TextName): string => typed[name] ?? texts[name]
  const isChanged = [...LINES, ...PAGES].some((name) => valueOf(name) !== texts[name])
  const change = (name: TextName) => (value: string) => setTyped({ ...typed, [name]: value })
  const discard = (): void => {
    setTyped({})
    act.forget()
  }
  useLeaveWarning(isChanged)
  const apply = async (): Promise<void> => {
    queries.setQueryData(KEY, await editTexts(api, typed))
    setTyped({})
  }
  return (
    <div className={styles.stack}>
      {LINES.map((name) => (
        <TextField
          key={name}
          label={t(`texts_part.${name}`)}
          value={valueOf(name)}
          maxLength={MOST[name]}
          onChange={change(name)}
        />
      ))}
      {PAGES.map((name) => (
        <div key={name} className={styles.list}>
          <TextArea
            label={t(`texts_part.${name}`)}
            value={valueOf(name)}
            maxLength={MOST[name]}
            rows={name === 'description' ? 2 : 4}
            onChange={change(name)}
          />
          {name === 'description' ? null : <TextPreview text={valueOf(name)} />}
        </div>
      ))}
      {act.failure === null ? null : <FailureNotice failure={act.failure} meaning={t('profile_part.kept')} />}
      {isChanged ? (
        <ApplyBar
          words={t('texts_part.unsaved')}
          isBusy={act.isBusy}
          onApply={() => void act.run(apply)}
          onDiscard={discard}
        />
      ) : null}
    </div>
  )
}
