/** The picture of the profile: chosen, seen at once, taken away again. */
import { ImagePlus } from 'lucide-react'
import { useState } from 'react'
import { FileTrigger } from 'react-aria-components'
import { Button } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'
import { squarePicture } from './square-picture.ts'

interface PictureFieldProps {
  /** A `data:` address, or null. */
  readonly value: string | null
  readonly onChange: (value: string | null) => void
}

export function PictureField({ value, onChange }: PictureFieldProps) {
  const t = useText()
  const [isFailed, setFailed] = useState(false)
  const choose = async (files: FileList | null): Promise<void> => {
    const file = files?.[0]
    if (file === undefined) return
    try {
      onChange(await squarePicture(file))
      setFailed(false)
    } catch {
      setFailed(true) // no picture, or one that this browser cannot read; the words say so
    }
  }
  return (
    <div className={styles.picture}>
      {value === null ? (
        <span aria-hidden className={styles.noFace}>
          <ImagePlus size={24} strokeWidth={1.5} />
        </span>
      ) : (
        <img src={value} alt={t('setup.picture_shown')} className={styles.face} />
      )}
      <div className={styles.pictureActs}>
        <FileTrigger acceptedFileTypes={['image/*']} onSelect={(files) => void choose(files)}>
          <Button>{t(value === null ? 'setup.picture_choose' : 'setup.picture_change')}</Button>
        </FileTrigger>
        {value === null ? null : (
          <Button look="plain" onPress={() => onChange(null)}>
            {t('setup.picture_remove')}
          </Button>
        )}
        <span role="alert" className={styles.flaw}>
          {isFailed ? t('setup.picture_failed') : null}
        </span>
      </div>
    </div>
  )
}
