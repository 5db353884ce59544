/** What few posts need: the language, who may quote, whether media are hidden at first, and how long posts are held back. */
import { PREFERENCES } from '../../../server/contracts/preferences.ts'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { languageChoices } from '../../formatting/language-name.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { usePreferences } from '../../hooks/use-preferences.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './parts.module.css'

const LANGUAGES = (
  'ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms nb nl nn no pa pl ' +
  'pt ro ru sk sl sq sr sv sw ta th tl tr uk ur vi zh'
).split(' ')

export function PostOptions({ draft }: { readonly draft: Draft }) {
  const t = useText()
  const { drafts, preferences } = useServices()
  const { data: own } = useOwnAccount()
  const { holdSeconds } = usePreferences()
  const language = draft.language ?? own?.source.language ?? t.locale
  const languages = languageChoices(t.locale, [language, ...LANGUAGES])
  return (
    <div className={styles.part}>
      <Select
        label={t('writing.language')}
        value={language}
        choices={languages}
        onChange={(value) => drafts.change({ language: value, isLanguageChosen: true }, draft.id)}
      />
      {draft.visibility === 'direct' || draft.visibility === 'private' ? null : (
        <Select
          label={t('writing.who_quotes')}
          value={draft.quotePolicy ?? 'usual'}
          choices={[
            { value: 'usual', label: t('writing.quotes_usual') },
            { value: 'public', label: t('writing.quotes_public') },
            { value: 'followers', label: t('writing.quotes_followers') },
            { value: 'nobody', label: t('writing.quotes_nobody') },
          ]}
          onChange={(value) => drafts.change({ quotePolicy: value === 'usual' ? null : value }, draft.id)}
        />
      )}
      <Select
        label={t('writing.hold')}
        help={t('writing.hold_help')}
        value={String(holdSeconds)}
        choices={PREFERENCES.holdSeconds.of.map((seconds) => ({
          value: String(seconds),
          label: seconds === 0 ? t('writing.hold_none') : t('writing.hold_for', { seconds }),
        }))}
        onChange={(value) => {
          const chosen = PREFERENCES.holdSeconds.of.find((one) => String(one) === value)
          // A refusal brings the former one back to the list.
          if (chosen !== undefined) preferences.edit({ holdSeconds: chosen }).catch(() => undefined)
        }}
      />
      <Switch
        label={t('writing.sensitive')}
        help={t('writing.sensitive_help')}
        isOn={draft.isSensitive}
        onChange={(isSensitive) => drafts.change({ isSensitive }, draft.id)}
      />
    </div>
  )
}
