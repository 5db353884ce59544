/** Ctrl/⌘ K: one field from which every page, person, hashtag and post is a few keys away. */
import { useQuery } from '@tanstack/react-query'
import { Clock, FileText, Globe, Hash, type LucideIcon, MessageSquare, Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { searchFor } from '../../api/search.ts'
import { pathTo, searchPath } from '../../app/routes.ts'
import { NAMED_WAYS } from '../../app/ways.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { Dialog } from '../../components/dialog.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Excerpt } from '../../components/excerpt.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { nameOf } from '../../formatting/names.ts'
import { toFailure } from '../../api/failure.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { forgetSearches, readRecentSearches, rememberSearch } from '../../stores/recent-searches.ts'
import { type PaletteOption, paletteOptions } from './palette-options.ts'
import styles from './palette.module.css'
import { isolated } from '../../formatting/isolate.ts'

/** The home is asked when typing rests for so long. */
const REST_MS = 150

export function PaletteDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { storage } = useServices()
  const [, navigate] = useLocation()
  const id = useId()
  const [words, setWords] = useState('')
  const [recent, setRecent] = useState(() => readRecentSearches(storage))
  const [chosen, setChosen] = useState(0)
  const found = useFound(words)
  const pages = useMemo(() => NAMED_WAYS.map(({ path, name }) => ({ path, name: t(name) })), [t])
  const options = paletteOptions({ words, pages, recent, found: found.data })
  const place = Math.min(chosen, options.length - 1)
  const open = (option: PaletteOption | undefined): void => {
    if (option === undefined) return
    if ('words' in option) rememberSearch(storage, option.words)
    onClose()
    navigate(pathOf(option))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step !== undefined) setChosen((place + step + options.length) % Math.max(1, options.length))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) open(options[place])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={t('palette.title')} isHung onClose={onClose}>
      <div className={styles.palette}>
        <Field
          listId={id}
          words={words}
          chosenId={place < 0 ? undefined : `${id}-${place}`}
          onKeyDown={onKeyDown}
          onType={(typed) => {
            setWords(typed)
            setChosen(0)
          }}
        />
        <p role="status" className="visually-hidden">
          {t('palette.count', { count: options.length })}
        </p>
        <Options id={id} options={options} place={place} onOpen={open} />
        {found.error === null ? null : <FailureNotice failure={toFailure(found.error)} />}
        <div className={styles.foot}>
          <p>{t('palette.help')}</p>
          {recent.length === 0 || words.trim() !== '' ? null : (
            <Button
              onPress={() => {
                forgetSearches(storage)
                setRecent([])
              }}
            >
              {t('palette.forget')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }

/** What this home knows for the words; other servers are asked on the page of the search only. */
function useFound(words: string) {
  const { api } = useServices()
  const [rested, setRested] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setRested(words.trim()), REST_MS)
    return () => clearTimeout(timer)
  }, [words])
  return useQuery({
    queryKey: ['palette', rested],
    queryFn: async ({ signal }) =>
      searchFor(api, { words: rested, offset: 0, limit: 4, asksOthers: false }, signal),
    enabled: rested !== '',
    retry: false,
    placeholderData: (known) => (rested === '' ? undefined : known),
  })
}

function pathOf(option: PaletteOption): string {
  switch (option.kind) {
    case 'search':
    case 'look_up':
    case 'recent':
      return searchPath(option.words)
    case 'page':
      return option.page.path
    case 'person':
      return pathTo('person', option.account.id)
    case 'hashtag':
      return pathTo('tag', option.name)
    case 'post':
      return pathTo('post', option.post.id)
  }
}

interface FieldProps {
  readonly listId: string
  readonly words: string
  readonly chosenId: string | undefined
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onType: (words: string) => void
}

function Field({ listId, words, chosenId, onKeyDown, onType }: FieldProps) {
  const t = useText()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <div className={styles.field}>
      <Search aria-hidden size={18} />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-label={t('palette.field')}
        {...(chosenId === undefined ? {} : { 'aria-activedescendant': chosenId })}
        placeholder={t('palette.field')}
        className={styles.input}
        value={words}
        dir="auto"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        maxLength={2_000}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}

interface OptionsProps {
  readonly id: string
  readonly options: readonly PaletteOption[]
  readonly place: number
  readonly onOpen: (option: PaletteOption) => void
}

function Options({ id, options, place, onOpen }: OptionsProps) {
  const t = useText()
  useEffect(() => {
    document.querySelector(`#${CSS.escape(`${id}-${place}`)}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, place])
  return (
    <div id={id} role="listbox" aria-label={t('palette.title')} className={styles.options}>
      {options.map((option, index) => (
        // The field keeps the focus and has the keys.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- see above
        <div
          key={option.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === place}
          className={cx(styles.option, index === place && styles.chosen)}
          onClick={() => onOpen(option)}
        >
          <OptionWords option={option} />
        </div>
      ))}
    </div>
  )
}

const PAGE_ICONS: Readonly<Record<string, LucideIcon>> = Object.fromEntries(
  NAMED_WAYS.map(({ path, icon }) => [path, icon]),
)

const ICONS: Readonly<Record<Exclude<PaletteOption['kind'], 'person'>, LucideIcon>> = {
  search: Search,
  look_up: Globe,
  recent: Clock,
  page: FileText,
  hashtag: Hash,
  post: MessageSquare,
}

function OptionWords({ option }: { readonly option: PaletteOption }) {
  const t = useText()
  if (option.kind === 'person') {
    const { account } = option
    return (
      <>
        <Avatar account={account} size="small" />
        <span className={styles.words}>
          <bdi>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>{' '}
          <bdi className={styles.meta}>@{account.acct}</bdi>
        </span>
      </>
    )
  }
  const Icon = (option.kind === 'page' ? PAGE_ICONS[option.page.path] : undefined) ?? ICONS[option.kind]
  return (
    <>
      <Icon aria-hidden size={18} strokeWidth={1.75} />
      <span className={styles.words}>
        {option.kind === 'page' ? option.page.name : null}
        {option.kind === 'hashtag' ? <bdi>#{option.name}</bdi> : null}
        {option.kind === 'recent' ? <bdi>{option.words}</bdi> : null}
        {option.kind === 'search' || option.kind === 'look_up'
          ? t(`palette.${option.kind}`, { words: isolated(option.words) })
          : null}
        {option.kind === 'post' ? <Excerpt post={option.post} /> : null}
      </span>
    </>
  )
}
