/** The face and the header of the profile as others see them, each to be changed or taken away. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { CredentialAccount } from '../../../server/contracts/account.ts'
import { ownPath } from '../../api/own-path.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FileButton } from '../../components/file-button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { PictureDialog } from './picture-dialog.tsx'
import parts from './parts.module.css'
import styles from './profile.module.css'

type PictureName = 'avatar' | 'header'
export type NewPictures = Readonly<Partial<Record<PictureName, Blob>>>

const SHAPES = {
  avatar: { aspect: 1, mostPixels: 800 },
  header: { aspect: 3, mostPixels: 1_500 },
} as const
const PICTURES = 'image/png,image/jpeg,image/webp,image/avif,image/gif'

interface ProfilePicturesProps {
  readonly account: CredentialAccount
  /** Chosen and not applied yet. */
  readonly pictures: NewPictures
  readonly onPick: (picked: NewPictures) => void
}

export function ProfilePictures({ account, pictures, onPick }: ProfilePicturesProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [chosen, setChosen] = useState<{ readonly name: PictureName; readonly file: File } | null>(null)
  const header = useBlobAddress(pictures.header) ?? ownPath(account.header_static)
  const avatar = useBlobAddress(pictures.avatar) ?? ownPath(account.avatar_static)
  const remove = async (name: PictureName): Promise<void> => {
    queries.setQueryData(['own-account'], await api.delete(`/api/v1/profile/${name}`))
  }
  return (
    <div className={styles.pictures}>
      <div className={cx(styles.header, header === null && styles.noHeader)}>
        {header === null ? null : <img src={header} alt={t('profile_part.header')} />}
      </div>
      {avatar === null ? (
        <span className={styles.noFace}>
          <Avatar account={account} size="large" />
        </span>
      ) : (
        <img src={avatar} alt={t('profile_part.avatar')} className={styles.face} />
      )}
      <div className={parts.acts}>
        {(['avatar', 'header'] as const).map((name) => (
          <FileButton key={name} accept={PICTURES} onFile={(file) => setChosen({ name, file })}>
            {t(`profile_part.change_${name}`)}
          </FileButton>
        ))}
        {(['avatar', 'header'] as const)
          .filter((name) => ownPath(account[`${name}_static`]) !== null)
          .map((name) => (
            <Button
              key={name}
              look="plain"
              isBusy={act.isBusy}
              onPress={() => void act.run(async () => remove(name))}
            >
              {t(`profile_part.remove_${name}`)}
            </Button>
          ))}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {chosen === null ? null : (
        <PictureDialog
          file={chosen.file}
          {...SHAPES[chosen.name]}
          onClose={() => setChosen(null)}
          onDone={(picture) => {
            onPick({ [chosen.name]: picture })
            setChosen(null)
          }}
        />
      )}
    </div>
  )
}

/** An address for as long as it is shown. */
function useBlobAddress(blob: Blob | undefined): string | null {
  const address = useMemo(() => (blob === undefined ? null : URL.createObjectURL(blob)), [blob])
  useEffect(() => () => (address === null ? undefined : URL.revokeObjectURL(address)), [address])
  return address
}
