/** A few views of one thing; only the chosen one is drawn. */
import type { ReactNode } from 'react'
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './tabs.module.css'

interface TabsProps<Name extends string> {
  /** Spoken: what is divided. */
  readonly label: string
  readonly tabs: readonly { readonly name: Name; readonly label: string }[]
  readonly value: Name
  readonly onChange: (name: Name) => void
  readonly children: ReactNode
}

export function Tabs<Name extends string>({ label, tabs, value, onChange, children }: TabsProps<Name>) {
  const choose = (key: unknown): void => {
    const tab = tabs.find(({ name }) => name === key)
    if (tab !== undefined) onChange(tab.name)
  }
  return (
    <AriaTabs selectedKey={value} onSelectionChange={choose} keyboardActivation="manual">
      <TabList aria-label={label} className={cx(styles.list)}>
        {tabs.map(({ name, label: words }) => (
          <Tab key={name} id={name} className={cx(styles.tab)}>
            {words}
          </Tab>
        ))}
      </TabList>
      <TabPanel key={value} id={value} className={cx(styles.panel)}>
        {children}
      </TabPanel>
    </AriaTabs>
  )
}
