/** Copies a text, and says that it did, also aloud. Where the browser forbids it, the text stands there to be taken by hand. */
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'

interface CopyButtonProps {
  readonly text: string
  /** What it copies, for those who hear it among others. */
  readonly what: string
}

export function CopyButton({ text, what }: CopyButtonProps) {
  const t = useText()
  const [copied, setCopied] = useState<string | null>(null)
  const isCopied = copied === text
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(text)
    } catch {
      setCopied(null)
    }
  }
  const Icon = isCopied ? Check : Copy
  return (
    <>
      <Button
        label={t(isCopied ? 'code.copied_label' : 'code.copy_label', { what })}
        onPress={() => void copy()}
      >
        <Icon aria-hidden size={16} />
        {t(isCopied ? 'code.copied' : 'code.copy')}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied ? t('code.copied') : ''}
      </span>
    </>
  )
}
