/** A button that lets a file be chosen; the browser's own field is hidden behind it. */
import { type ReactNode, useRef } from 'react'
import { Button } from './button.tsx'

interface FileButtonProps {
  readonly children: ReactNode
  /** Types, as the browser's own field takes them. */
  readonly accept: string
  readonly label?: string
  readonly isBusy?: boolean
  readonly onFile: (file: File) => void
}

export function FileButton({ children, accept, label, isBusy = false, onFile }: FileButtonProps) {
  const field = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button
        isBusy={isBusy}
        onPress={() => field.current?.click()}
        {...(label === undefined ? {} : { label })}
      >
        {children}
      </Button>
      <input
        ref={field}
        type="file"
        accept={accept}
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? []
          if (file !== undefined) onFile(file)
          // The same file may be chosen again.
          event.target.value = ''
        }}
      />
    </>
  )
}
