/** How somebody is followed: their boosts, news of each post, in which languages. Changes count at once. */
import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import type { Account } from '../../../server/contracts/account.ts'
import { toFailure } from '../../api/failure.ts'
import { type FollowOptions, listLanguages } from '../../api/people.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading } from '../../components/page.tsx'
import { Select } from '../../components/select.tsx'
import { Switch } from '../../components/switch.tsx'
import { languageChoices, languageName } from '../../formatting/language-name.ts'
import { useAct } from '../../hooks/use-act.ts'
import { usePersonActs, useRelationship } from '../../hooks/use-relationship.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './questions.module.css'

interface FollowOptionsSheetProps {
  readonly account: Account
  readonly onClose: () => void
}

export function FollowOptionsSheet({ account, onClose }: FollowOptionsSheetProps) {
  const t = useText()
  const { data: relationship, error } = useRelationship(account.id)
  const acts = usePersonActs()
  const act = useAct()
  const change = (options: FollowOptions): void => void act.run(async () => acts.follow(account, options))
  return (
    <Dialog
      title={t('people.options_title', { handle: `@${account.acct}` })}
      acts={<Button onPress={onClose}>{t('act.close')}</Button>}
      onClose={onClose}
    >
      {relationship === undefined || relationship === null ? (
        error === null ? (
          <PageLoading />
        ) : (
          <FailureNotice failure={toFailure(error)} />
        )
      ) : (
        <>
          <Switch
            label={t('people.options_boosts')}
            isOn={relationship.showing_reblogs}
            isDisabled={act.isBusy}
            onChange={(reblogs) => change({ reblogs })}
          />
          <Switch
            label={t('people.options_notify')}
            help={t('people.options_notify_help')}
            isOn={relationship.notifying}
            isDisabled={act.isBusy}
            onChange={(notify) => change({ notify })}
          />
          <Languages chosen={relationship.languages ?? []} onChange={(languages) => change({ languages })} />
        </>
      )}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Dialog>
  )
}

interface LanguagesProps {
  readonly chosen: readonly string[]
  readonly onChange: (languages: readonly string[]) => void
}

function Languages({ chosen, onChange }: LanguagesProps) {
  const t = useText()
  const { api } = useServices()
  const known = useQuery({
    queryKey: ['languages'],
    queryFn: async () => listLanguages(api),
    staleTime: Infinity,
  })
  const left = languageChoices(
    t.locale,
    (known.data ?? []).filter((code) => !chosen.includes(code)),
  )
  return (
    <div className={styles.words}>
      <Select
        label={t('people.options_languages')}
        help={t(chosen.length === 0 ? 'people.options_languages_all' : 'people.options_languages_some')}
        value=""
        placeholder={t('people.options_languages_add')}
        choices={left}
        onChange={(code) => onChange([...chosen, code])}
      />
      {chosen.length === 0 ? null : (
        <ul className={styles.chips} aria-label={t('people.options_languages')}>
          {chosen.map((code) => (
            <li key={code} className={styles.chip}>
              <span>{languageName(t.locale, code)}</span>
              <IconButton
                icon={X}
                label={t('people.options_language_remove', { language: languageName(t.locale, code) })}
                onPress={() => onChange(chosen.filter((one) => one !== code))}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
