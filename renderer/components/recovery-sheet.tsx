/**
 * The recovery sheet: what is needed to get back in, to be saved or printed. It is made in this window and sent nowhere. Its
 * words are the part `recovery`, which the page that places it loads.
 */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { createPortal, flushSync } from 'react-dom'
import { dateFormat } from '../formatting/formatters.ts'
import type { RecoveryFacts } from '../../server/contracts/owner-api.ts'
import { getRecoveryFacts } from '../api/owner.ts'
import { type RecoverySheet as Sheet, type SheetRow, sheetDocument } from '../formatting/recovery-sheet.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import { QueryState } from './query-state.tsx'
import styles from './recovery-sheet.module.css'

interface RecoverySheetProps {
  /** Without the first @. */
  readonly username: string
  /** Null while the home has no address. */
  readonly domain: string | null
  /** What opens backups on another computer; only who has just made it knows it. */
  readonly code?: string
  /** Where backups will lie that is not known to the home yet. */
  readonly anotherPlace?: string
  /** It was saved or sent to the printer. */
  readonly onKept?: () => void
}

export function useRecoveryFacts(): UseQueryResult<RecoveryFacts> {
  const { api } = useServices()
  return useQuery({ queryKey: ['recovery'], queryFn: async () => getRecoveryFacts(api) })
}

export function RecoverySheet(props: RecoverySheetProps) {
  const facts = useRecoveryFacts()
  return <QueryState query={facts}>{(known) => <SheetActs {...props} facts={known} />}</QueryState>
}

function SheetActs({ facts, ...props }: RecoverySheetProps & { readonly facts: RecoveryFacts }) {
  const { username, onKept } = props
  const t = useText()
  const sheet = useSheet(props, facts)
  const [isPrinting, setPrinting] = useState(false)
  const [isSaved, setSaved] = useState(false)
  const print = (): void => {
    // The sheet must stand in the page before the browser looks at it.
    flushSync(() => setPrinting(true))
    window.print()
    setPrinting(false)
    onKept?.()
  }
  return (
    <div className={styles.acts}>
      <Button
        onPress={() => {
          save(
            `homebird-${username}-recovery.html`,
            sheetDocument(sheet, { locale: t.locale, direction: t.direction }),
          )
          setSaved(true)
          onKept?.()
        }}
      >
        {t('recovery.save')}
      </Button>
      <Button onPress={print}>{t('recovery.print')}</Button>
      <span role="status" className={styles.saved}>
        {isSaved ? t('recovery.saved') : null}
      </span>
      {isPrinting ? createPortal(<Printed sheet={sheet} />, document.body) : null}
    </div>
  )
}

function useSheet(
  { username, domain, code: recoveryCode, anotherPlace = '' }: RecoverySheetProps,
  facts: RecoveryFacts,
): Sheet {
  const t = useText()
  const [today] = useState(() => new Date())
  const handle = domain === null ? `@${username}` : `@${username}@${domain}`
  const code = (name: string, value: string): SheetRow => ({ name, value, isCode: true })
  return {
    title: t('recovery.title', { handle }),
    made: t('recovery.made', {
      day: dateFormat(t.locale, { dateStyle: 'long' }).format(today),
    }),
    rows: [
      code(t('recovery.handle'), handle),
      domain === null
        ? { name: t('recovery.address'), value: t('recovery.no_address') }
        : code(t('recovery.address'), `https://${domain}/`),
      code(t('recovery.window'), `${window.location.origin}/`),
      code(t('recovery.computer'), facts.computer),
      ...(facts.folder === null ? [] : [code(t('recovery.folder'), facts.folder)]),
      ...(facts.backups === null
        ? []
        : [...facts.backups.places, ...(anotherPlace === '' ? [] : [anotherPlace])].map((place, at) =>
            code(t('recovery.place', { number: at + 1 }), place),
          )),
      ...(recoveryCode === undefined ? [] : [code(t('recovery.code'), recoveryCode)]),
      ...facts.keys.map(({ name, fingerprint }) => code(t('recovery.key', { name }), fingerprint)),
    ],
    helpTitle: t('recovery.help_title'),
    help: [
      code(t('recovery.password'), 'homebird owner password'),
      code(t('recovery.second_step'), 'homebird owner reset-2fa'),
      code(t('recovery.from_backup'), 'homebird restore BACKUP'),
      code(t('recovery.elsewhere'), 'homebird serve --data-dir FOLDER'),
    ],
  }
}

/** Stands in the page only while it is printed, and then alone. */
function Printed({ sheet }: { readonly sheet: Sheet }) {
  return (
    <section className={styles.sheet}>
      <h1>{sheet.title}</h1>
      <p>{sheet.made}</p>
      <SheetRows rows={sheet.rows} />
      <h2>{sheet.helpTitle}</h2>
      <SheetRows rows={sheet.help} />
    </section>
  )
}

function SheetRows({ rows }: { readonly rows: readonly SheetRow[] }) {
  return (
    <dl>
      {rows.map(({ name, value, isCode = false }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{isCode ? <code dir="ltr">{value}</code> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun with the click, and holds the bytes by itself.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
