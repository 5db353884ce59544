/** Above a post: which part of its author's thread it is, or which part it answers. */
import { CornerDownRight, ListOrdered } from 'lucide-react'
import { useText } from '../../hooks/use-text.ts'
import type { PartOf } from '../../stores/thread-tree.ts'
import styles from './thread.module.css'

interface PartLineProps {
  readonly part: PartOf | null
  readonly isAnswered?: boolean
}

export function PartLine({ part, isAnswered = false }: PartLineProps) {
  const t = useText()
  if (part === null) return null
  const Icon = isAnswered ? CornerDownRight : ListOrdered
  return (
    <p className={styles.part}>
      <Icon aria-hidden size={14} />
      <span>{t(isAnswered ? 'thread.answers_part' : 'thread.part', { n: part.n, of: part.of })}</span>
    </p>
  )
}
