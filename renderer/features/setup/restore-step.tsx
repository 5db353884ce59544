/** Instead of a new home: one that is brought back from its backup. */
import { RestoreFields } from '../../components/restore-fields.tsx'
import { RestoreWays } from '../../components/restore-ways.tsx'
import { useRestoring } from '../../hooks/use-restoring.ts'
import { useText } from '../../hooks/use-text.ts'
import { StepForm } from './step-form.tsx'

export function RestoreStep({ onBack }: { readonly onBack: () => void }) {
  const t = useText()
  const restoring = useRestoring(null)
  const { preview, act } = restoring
  return (
    <StepForm
      title={t('recovery.restore_title')}
      lead={t('recovery.first_help')}
      nextLabel={t(preview === null ? 'recovery.look' : 'recovery.restore_act')}
      isBusy={act.isBusy || restoring.isStarted}
      onNext={() => void restoring.goOn()}
      onBack={onBack}
    >
      <RestoreFields restoring={restoring} asksPassword={false} />
      <RestoreWays />
    </StepForm>
  )
}
