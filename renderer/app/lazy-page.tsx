/** A page that comes with its words when it is first opened. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { Part } from '../i18n/parts.ts'
import { loadWords } from '../i18n/words.ts'

/** @param parts  what the page says beside the words that every start loads */
export function lazyPage<Props extends object = object>(
  parts: Part | readonly Part[],
  load: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    const wanted = typeof parts === 'string' ? [parts] : parts
    const [page] = await Promise.all([load(), ...wanted.map(loadWords)])
    return { default: page }
  })
}
