/** Whether words are checked while somebody writes, and in which languages. Only in the desktop app. */
import { useEffect, useState } from 'react'
import type { SpellingBridge } from '../../../server/contracts/desktop-bridge.ts'
import { Checkbox } from '../../components/checkbox.tsx'
import { ShellSwitch } from '../../components/shell-switch.tsx'
import { languageChoices } from '../../formatting/language-name.ts'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import styles from './parts.module.css'

export function SpellingPart() {
  const t = useText()
  const spelling = findDesktopBridge(window)?.spelling ?? null
  if (spelling === null) return <p className={styles.note}>{t('spelling_part.system')}</p>
  return (
    <div className={styles.stack}>
      <ShellSwitch
        choice={spelling}
        label={t('spelling_part.label')}
        help={t('spelling_part.help')}
        refused={t('act.nothing_changed')}
      />
      <Languages spelling={spelling} />
    </div>
  )
}

function Languages({ spelling }: { readonly spelling: SpellingBridge }) {
  const t = useText()
  const [languages, setLanguages] = useState<{ all: readonly string[]; chosen: readonly string[] } | null>(
    null,
  )
  const [isRefused, setRefused] = useState(false)
  useEffect(() => {
    read(spelling).then(setLanguages, () => setRefused(true))
  }, [spelling])
  const choose = async (code: string, isIn: boolean): Promise<void> => {
    const others = (languages?.chosen ?? []).filter((one) => one !== code)
    try {
      await spelling.choose(isIn ? [...others, code] : others)
      setRefused(false)
    } catch {
      setRefused(true) // the words say so; the marks go back to what is
    }
    setLanguages(await read(spelling).catch(() => languages))
  }
  const choices = languageChoices(t.locale, languages?.all ?? [])
  return (
    <>
      <fieldset className={styles.choices}>
        <legend>{t('spelling_part.languages')}</legend>
        {choices.map(({ value, label }) => (
          <Checkbox
            key={value}
            isSelected={languages?.chosen.includes(value) === true}
            onChange={(isIn) => void choose(value, isIn)}
          >
            {label}
          </Checkbox>
        ))}
      </fieldset>
      <p role="alert" className={styles.flaw}>
        {isRefused ? t('act.nothing_changed') : null}
      </p>
    </>
  )
}

async function read(
  spelling: SpellingBridge,
): Promise<{ all: readonly string[]; chosen: readonly string[] }> {
  const [all, chosen] = await Promise.all([spelling.languages.all(), spelling.languages.chosen()])
  return { all, chosen }
}
