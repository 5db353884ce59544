/** Draws what a page of the handbook is made of. */
import { Fragment, type ReactNode, createElement } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { type Block, type Words, plainText } from '../../formatting/handbook.ts'
import styles from './handbook.module.css'

/** One after the other, without keys: nothing is ever put between them or taken away. */
const inOrder = <One,>(all: readonly One[], draw: (one: One) => ReactNode): ReactNode =>
  createElement(Fragment, null, ...all.map(draw))

export function HandbookBlocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return inOrder(blocks, (block) => <OneBlock block={block} />)
}

function OneBlock({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading': {
      const Heading = block.level === 2 ? 'h2' : 'h3'
      return <Heading id={block.id}>{block.text}</Heading>
    }
    case 'paragraph':
      return (
        <p>
          <Text words={block.words} />
        </p>
      )
    case 'code':
      return <Code text={block.text} />
    case 'list': {
      const List = block.isOrdered ? 'ol' : 'ul'
      return (
        <List>
          {inOrder(block.items, (words) => (
            <li>
              <Text words={words} />
            </li>
          ))}
        </List>
      )
    }
    case 'table':
      return <Table head={block.head} rows={block.rows} />
  }
}

function Code({ text }: { readonly text: string }) {
  return (
    <pre
      role="group"
      aria-label={text.split('\n', 1)[0] ?? ''}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what is longer than its box is scrolled by keyboard too
      tabIndex={0}
    >
      <code>{text}</code>
    </pre>
  )
}

type TableProps = Pick<Extract<Block, { kind: 'table' }>, 'head' | 'rows'>

function Table({ head, rows }: TableProps) {
  const caption = head.map(plainText).join(', ')
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={styles.frame} role="region" aria-label={caption} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((words) => (
              <th key={plainText(words)} scope="col">
                <Text words={words} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first = [], ...others]) => (
            <tr key={plainText(first)}>
              <th scope="row">
                <Text words={first} />
              </th>
              {inOrder(others, (words) => (
                <td>
                  <Text words={words} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Text({ words }: { readonly words: Words }) {
  return inOrder(words, (word) => <Word word={word} />)
}

function Word({ word }: { readonly word: Words[number] }) {
  if (typeof word === 'string') return word
  switch (word.kind) {
    case 'code':
      return <code>{word.text}</code>
    case 'strong':
      return (
        <strong>
          <Text words={word.words} />
        </strong>
      )
    case 'emphasis':
      return (
        <em>
          <Text words={word.words} />
        </em>
      )
    case 'link':
      return <WordLink to={word.to} words={word.words} />
  }
}

function WordLink({ to, words }: { readonly to: string; readonly words: Words }) {
  if (to.startsWith('/'))
    return (
      <AppLink to={to}>
        <Text words={words} />
      </AppLink>
    )
  return (
    <a href={to} {...(to.startsWith('#') ? {} : { target: '_blank', rel: 'noreferrer' })}>
      <Text words={words} />
    </a>
  )
}
