/** The settings: groups on the left, the search over all of them on top, the rows of one group. */
import { ArrowLeft, ChevronRight, Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { AppLink } from '../../components/app-link.tsx'
import { cx } from '../../components/cx.ts'
import { EmptyState, Page } from '../../components/page.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import { findSettings } from '../../stores/find-settings.ts'
import {
  FIRST_OF_HOME,
  SETTING_GROUPS,
  type SettingGroup,
  type SettingRow,
  isSettingGroup,
  pathOfRow,
  rowsHere,
} from '../../stores/setting-rows.ts'
import { GROUP_ICONS } from './group-icons.ts'
import { KeptRow } from './kept-row.tsx'
import { PartRow } from './part-row.tsx'
import rowStyles from './rows.module.css'
import styles from './settings-page.module.css'
import { WayRow } from './way-row.tsx'

export function SettingsPage() {
  const t = useText()
  const [path] = useLocation()
  const [search, setSearch] = useState({ words: '', path: '' })
  // Another page is another search.
  const typed = search.path === path ? search.words : ''
  const setTyped = (words: string): void => setSearch({ words, path })
  const { group: named = '' } = useParams()
  const group: SettingGroup = isSettingGroup(named) ? named : 'profile'
  const rows = rowsHere(findDesktopBridge(window) !== null)
  const found = findSettings(rows, typed, (id) => {
    const { group: of } = rows.find((row) => row.id === id) ?? { group }
    return {
      title: t(`row.${id}`),
      help: t(`row_help.${id}`),
      also: t(`row_also.${id}`),
      group: t(`group.${of}`),
    }
  })
  return (
    <Page title={t('settings.title')}>
      <div className={styles.container}>
        {/* Where there is no room for both, the groups stand on a page of their own. */}
        <div className={cx(styles.frame, isSettingGroup(named) ? styles.inGroup : styles.atStart)}>
          <div className={styles.search} role="search">
            <Search aria-hidden size={16} />
            <TextField
              kind="search"
              label={t('settings.search')}
              isLabelHidden
              placeholder={t('settings.search')}
              value={typed}
              onChange={setTyped}
            />
          </div>
          <Groups current={group} />
          <div className={styles.rows}>
            {typed.trim() === '' ? (
              <Rows key={group} group={group} rows={rows} />
            ) : (
              <Found rows={found} onOpened={() => setTyped('')} />
            )}
          </div>
        </div>
      </div>
    </Page>
  )
}

function Groups({ current }: { readonly current: SettingGroup }) {
  const t = useText()
  const first = SETTING_GROUPS.indexOf(FIRST_OF_HOME)
  const list = (groups: readonly SettingGroup[], label: string) => (
    <ul aria-label={label}>
      {groups.map((group) => {
        const Icon = GROUP_ICONS[group]
        return (
          <li key={group}>
            <AppLink
              to={`/settings/${group}`}
              isCurrent={group === current}
              className={cx(styles.group, group === current && styles.current)}
            >
              <Icon aria-hidden size={18} />
              <span className={styles.groupName}>{t(`group.${group}`)}</span>
              <ChevronRight aria-hidden size={16} className={styles.into} />
            </AppLink>
          </li>
        )
      })}
    </ul>
  )
  return (
    <nav aria-label={t('settings.groups')} className={styles.groups}>
      <div className={styles.groupLists}>
        {list(SETTING_GROUPS.slice(0, first), t('settings.you'))}
        <p aria-hidden className={styles.listTitle}>
          {t('settings.your_home')}
        </p>
        {list(SETTING_GROUPS.slice(first), t('settings.your_home'))}
      </div>
    </nav>
  )
}

function Rows({ group, rows }: { readonly group: SettingGroup; readonly rows: readonly SettingRow[] }) {
  const t = useText()
  useRowOfAddress()
  return (
    <>
      <AppLink to="/settings" className={cx(styles.back)}>
        <ArrowLeft aria-hidden size={18} /> {t('settings.all')}
      </AppLink>
      <h2 className={styles.groupTitle}>{t(`group.${group}`)}</h2>
      {rows
        .filter((row) => row.group === group)
        .map((row) => (
          <Row key={row.id} row={row} />
        ))}
    </>
  )
}

function Row({ row }: { readonly row: SettingRow }) {
  switch (row.kind) {
    case 'kept':
      return <KeptRow row={row} />
    case 'way':
      return <WayRow row={row} />
    case 'part':
      return <PartRow id={row.id} group={row.group} />
  }
}

/** Goes to the row that the address names, and marks it for a moment. */
function useRowOfAddress(): void {
  useEffect(() => {
    const show = (): void => {
      const row = document.getElementById(window.location.hash.slice(1))
      if (row === null) return
      row.scrollIntoView({ block: 'center' })
      row.focus({ preventScroll: true })
    }
    show()
    window.addEventListener('hashchange', show)
    return () => window.removeEventListener('hashchange', show)
  }, [])
}

function Found({ rows, onOpened }: { readonly rows: readonly SettingRow[]; readonly onOpened: () => void }) {
  const t = useText()
  const [, navigate] = useLocation()
  const open = (row: SettingRow): void => {
    onOpened()
    navigate(pathOfRow(row))
    // Within one group the page stays, and nothing else tells it.
    requestAnimationFrame(() => window.dispatchEvent(new HashChangeEvent('hashchange')))
  }
  return (
    <>
      <p role="status" className="visually-hidden">
        {t('settings.found', { count: rows.length })}
      </p>
      {rows.length === 0 ? (
        <div className={styles.nothing}>
          <EmptyState title={t('settings.none')} help={t('settings.none_help')} />
        </div>
      ) : (
        <ul className={styles.found}>
          {rows.map((row) => (
            <li key={row.id}>
              <a
                href={pathOfRow(row)}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return
                  event.preventDefault()
                  open(row)
                }}
              >
                <span className={styles.foundTitle}>{t(`row.${row.id}`)}</span>
                <span className={rowStyles.rowHelp}>
                  {t(`group.${row.group}`)} · {t(`row_help.${row.id}`)}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
