/** One filter, new or known: its words, where it counts, what it does, how long; and a line to try it on. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { dateFormat } from '../../formatting/formatters.ts'
import { FILTER_ACTIONS, FILTER_CONTEXTS, type Filter } from '../../../server/contracts/filter.ts'
import { getFilter, saveFilter, takePostOut } from '../../api/filters.ts'
import { ROUTES, pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RadioChoices } from '../../components/radio-choices.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import {
  type FilterDraft,
  LASTS,
  NEW_FILTER,
  draftFromFilter,
  flawsOf,
  formFromDraft,
  wordsIn,
} from './filter-draft.ts'
import { FilterWords } from './filter-words.tsx'
import styles from './filters.module.css'
import { isolated } from '../../formatting/isolate.ts'

/** In the place of an id: a filter that is not there yet. */
export const NEW_ID = 'new'

export function FilterPage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  const { api } = useServices()
  const isNew = id === NEW_ID
  const filter = useQuery({
    queryKey: ['filters', id],
    queryFn: async () => getFilter(api, id),
    enabled: !isNew,
    // What is being written is not overwritten by another reading.
    refetchOnWindowFocus: false,
  })
  return (
    <Page title={t(isNew ? 'filters.make' : 'filters.edit_title')} hasBack>
      {isNew ? (
        <FilterForm known={null} />
      ) : (
        <QueryState query={filter}>{(known) => <FilterForm key={known.id} known={known} />}</QueryState>
      )}
    </Page>
  )
}

function FilterForm({ known }: { readonly known: Filter | null }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const [draft, setDraft] = useState<FilterDraft>(() =>
    known === null ? NEW_FILTER : draftFromFilter(known),
  )
  const [isAsked, setAsked] = useState(false)
  const act = useAct()
  const flaws = flawsOf(draft)
  const change = (part: Partial<FilterDraft>): void => setDraft((before) => ({ ...before, ...part }))
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setAsked(true)
    if (flaws.size > 0) return
    const isSaved = await act.run(async () => saveFilter(api, known?.id ?? null, formFromDraft(draft, known)))
    if (!isSaved) return
    await queries.invalidateQueries({ queryKey: ['filters'] })
    navigate(ROUTES.filters, { replace: true })
  }
  return (
    <form onSubmit={(event) => void save(event)} className={styles.form}>
      <TextField
        label={t('filters.name')}
        help={t('filters.name_help')}
        value={draft.title}
        autoFocus={known === null}
        maxLength={256}
        flaw={isAsked && flaws.has('no_name') ? t('filters.no_name') : null}
        onChange={(title) => change({ title })}
      />
      <FilterWords words={draft.words} onChange={(words) => change({ words })} />
      <Places draft={draft} isFlawed={isAsked && flaws.has('no_where')} onChange={change} />
      <RadioChoices
        label={t('filters.act')}
        value={draft.action}
        choices={FILTER_ACTIONS.map((value) => ({
          value,
          label: t(`filters.${value}`),
          help: t(`filters.${value}_help`),
        }))}
        onChange={(action) => change({ action })}
      />
      <Lasting draft={draft} known={known} onChange={change} />
      <Trial draft={draft} />
      {known === null || known.statuses.length === 0 ? null : <FilteredPosts filter={known} />}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      <div className={styles.acts}>
        <Button onPress={() => navigate(ROUTES.filters)}>{t('act.cancel')}</Button>
        <Button look="primary" type="submit" isBusy={act.isBusy}>
          {t(known === null ? 'filters.make_act' : 'filters.save')}
        </Button>
      </div>
    </form>
  )
}

interface PartProps {
  readonly draft: FilterDraft
  readonly onChange: (part: Partial<FilterDraft>) => void
}

function Places({ draft, isFlawed, onChange }: PartProps & { readonly isFlawed: boolean }) {
  const t = useText()
  const { contexts } = draft
  return (
    <fieldset className={styles.group}>
      <legend>{t('filters.where')}</legend>
      {FILTER_CONTEXTS.map((context) => (
        <Checkbox
          key={context}
          isSelected={contexts.includes(context)}
          onChange={(isOn) =>
            onChange({ contexts: isOn ? [...contexts, context] : contexts.filter((one) => one !== context) })
          }
        >
          {t(`filters.in_${context}`)}
        </Checkbox>
      ))}
      {isFlawed ? (
        <p role="alert" className={styles.flaw}>
          {t('filters.no_where')}
        </p>
      ) : null}
    </fieldset>
  )
}

function Lasting({ draft, known, onChange }: PartProps & { readonly known: Filter | null }) {
  const t = useText()
  const end = known?.expires_at ?? null
  const moment =
    end === null
      ? ''
      : dateFormat(t.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(end))
  const choices = [
    ...(end === null ? [] : [{ value: 'keep', label: t('filters.keep', { moment }) }]),
    { value: 'forever', label: t('filters.forever') },
    ...LASTS.map((seconds) => ({ value: String(seconds), label: t(`filters.for_${seconds}`) })),
  ]
  return (
    <Select
      label={t('filters.until')}
      value={draft.lasts === null ? 'forever' : String(draft.lasts)}
      choices={choices}
      onChange={(value) =>
        onChange({ lasts: value === 'keep' ? 'keep' : value === 'forever' ? null : Number(value) })
      }
    />
  )
}

/** What the filter would do with a text, said while both are written. */
function Trial({ draft }: { readonly draft: FilterDraft }) {
  const t = useText()
  const [text, setText] = useState('')
  const found = wordsIn(text, draft.words)
  const values = {
    title: draft.title.trim(),
    words: found.map((word) => isolated(word)).join(', '),
  }
  return (
    <div className={styles.trial}>
      <TextField
        label={t('filters.try')}
        help={t('filters.try_help')}
        value={text}
        maxLength={500}
        onChange={setText}
      />
      {text.trim() === '' ? null : (
        <p role="status">
          {found.length === 0 ? t('filters.try_none') : t(`filters.try_${draft.action}`, values)}
        </p>
      )}
    </div>
  )
}

/** Posts that were put into it from their menus. */
function FilteredPosts({ filter }: { readonly filter: Filter }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const takeOut = async (id: string): Promise<void> => {
    await act.run(async () => {
      await takePostOut(api, id)
      // Busy until its row goes.
      await queries.invalidateQueries({ queryKey: ['filters', filter.id] })
    }, id)
  }
  return (
    <Section title={t('filters.posts')}>
      <ul>
        {filter.statuses.map(({ id, status_id: postId }, place) => (
          <li key={id} className={styles.post}>
            <AppLink to={pathTo('post', postId)}>{t('filters.post', { place: place + 1 })}</AppLink>
            <Button
              label={t('filters.take_post_label', { place: place + 1 })}
              isBusy={act.isAsked(id)}
              onPress={() => void takeOut(id)}
            >
              {t('filters.take_post')}
            </Button>
          </li>
        ))}
      </ul>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Section>
  )
}
