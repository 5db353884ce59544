/** A sentence of the catalogue around something that is more than text: the names of people, each a link. */
import { Fragment, type ReactNode } from 'react'

/** Stands in the sentence for what is put there; no catalogue and no name has it. */
export const PLACE = '\u{F0000}'

export function Worded({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  const [before = '', ...after] = text.split(PLACE)
  return (
    <>
      {before}
      {after.length === 0 ? null : <Fragment>{children}</Fragment>}
      {after.join('')}
    </>
  )
}
