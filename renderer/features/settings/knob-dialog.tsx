/** Turns one knob: the bounds stand beside the field, and what the home refuses is said with its reason. */
import { type FormEvent, useState } from 'react'
import type { KnobFacts, TuningFacts } from '../../../server/contracts/tuning.ts'
import { turnKnob } from '../../api/tuning.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

interface KnobDialogProps {
  readonly knob: KnobFacts
  readonly onTurned: (facts: TuningFacts) => void
  readonly onClose: () => void
}

export function KnobDialog({ knob, onTurned, onClose }: KnobDialogProps) {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const written = knob.next ?? (knob.origin?.isAutomatic === true ? 'auto' : knob.value)
  const [value, setValue] = useState(written)
  const keep = async (wanted: string | null): Promise<void> => {
    const worked = await act.run(async () => onTurned(await turnKnob(api, knob.name, wanted)))
    if (worked) onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void keep(value)
  }
  return (
    <Dialog title={t(`knob.${knob.name}`)} onClose={onClose}>
      <form className={styles.stack} onSubmit={submit}>
        <p className={styles.note}>{t(`knob_help.${knob.name}`)}</p>
        <TextField
          kind="domain"
          label={t('knobs.value')}
          help={<Bounds knob={knob} />}
          value={value}
          maxLength={200}
          autoFocus
          onChange={setValue}
        />
        <p className={styles.note}>{t('knobs.when')}</p>
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <DialogActs>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          {written === knob.usual ? null : (
            <Button isDisabled={act.isBusy} onPress={() => void keep(null)}>
              {t('knobs.back')}
            </Button>
          )}
          <Button look="primary" type="submit" isBusy={act.isBusy} isDisabled={value.trim() === ''}>
            {t('knobs.save')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  )
}

function Bounds({ knob: { range, canBeAutomatic, usual } }: { readonly knob: KnobFacts }) {
  const t = useText()
  return (
    <>
      {range === null ? null : t(canBeAutomatic ? 'knobs.range_or_automatic' : 'knobs.range', range)}{' '}
      {t('knobs.usual', { value: usual })}
    </>
  )
}
