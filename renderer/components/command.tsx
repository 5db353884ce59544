/** What is typed where the home runs: the same in every language, breaking between its words only. */
import styles from './command.module.css'

export function Command({ text }: { readonly text: string }) {
  return (
    <code dir="ltr" className={styles.command}>
      {text.split(' ').flatMap((word, place) => [
        place === 0 ? '' : ' ',
        // A word that begins with hyphens would be broken after them.
        <span key={word}>{word}</span>,
      ])}
    </code>
  )
}
