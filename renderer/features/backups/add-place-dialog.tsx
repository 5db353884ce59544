/** Another place for backups: what kind, where, how to get in; tried before it is kept. */
import { useState } from 'react'
import { addPlace, tryPlace } from '../../api/backups.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { PlaceFields } from '../../components/place-form.tsx'
import { TextField } from '../../components/text-field.tsx'
import { type PlaceFlaw, usePlaceForm } from '../../hooks/use-place-form.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './backups.module.css'
import { useBackupsAgain } from './use-backups.ts'

export function AddPlaceDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const again = useBackupsAgain()
  const [password, setPassword] = useState('')
  const tryAndAdd = async (address: string, isStill: () => boolean): Promise<PlaceFlaw> => {
    const trial = await tryPlace(api, address, password)
    if (!trial.isGood || !isStill()) return trial
    await addPlace(api, address, password)
    await again()
    onClose()
    return trial
  }
  const place = usePlaceForm({ first: 'folder', use: tryAndAdd })
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    place.go()
  }
  return (
    <Dialog title={t('backups.add_title')} isQuestion onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <PlaceFields place={place}>
          <TextField
            kind="current-password"
            label={t('backups.password')}
            help={t('backups.password_help')}
            value={password}
            onChange={setPassword}
          />
        </PlaceFields>
        <DialogActs>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" isBusy={place.act.isBusy}>
            {t('backups.add_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  )
}
