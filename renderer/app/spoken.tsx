/** The window in the language that is preferred: another one counts at once, with its direction, and nothing is loaded anew. */
import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useState } from 'react'
import { I18nProvider } from 'react-aria-components'
import { useServices } from '../hooks/use-services.ts'
import { TextContext } from '../hooks/use-text.ts'
import type { Text } from '../i18n/i18n.ts'
import { wantedLocale } from '../i18n/wanted-locale.ts'
import { changeWords } from '../i18n/words.ts'

interface SpokenProps {
  readonly first: Text
  readonly children: ReactNode
}

export function Spoken({ first, children }: SpokenProps) {
  const text = useSpoken(first)
  useLayoutEffect(() => {
    document.documentElement.lang = text.locale
    document.documentElement.dir = text.direction
  }, [text])
  return (
    <TextContext value={text}>
      <I18nProvider locale={text.locale}>{children}</I18nProvider>
    </TextContext>
  )
}

function useSpoken(first: Text): Text {
  const { preferences } = useServices()
  // In a box, since a state that is a function would be called.
  const [{ text }, setText] = useState({ text: first })
  const follow = useEffectEvent(async () => {
    const locale = wantedLocale(preferences.get())
    if (locale === text.locale) return
    try {
      const opened = await changeWords(locale, () => wantedLocale(preferences.get()) === locale)
      if (opened !== null) setText({ text: opened })
    } catch {
      // The bar says that the home is away; the window goes on in the language that it has.
    }
  })
  useEffect(() => {
    const look = (): void => void follow()
    look()
    window.addEventListener('languagechange', look)
    const stop = preferences.follow(['locale'], look)
    return () => {
      stop()
      window.removeEventListener('languagechange', look)
    }
  }, [preferences])
  return text
}
