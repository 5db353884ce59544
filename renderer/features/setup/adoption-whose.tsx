/** Of a server of several people: who comes here. */
import { useState } from 'react'
import type { AdoptionPreview } from '../../../server/contracts/adoption.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { RadioChoices } from '../../components/radio-choices.tsx'
import type { Act } from '../../hooks/use-act.ts'
import { useText } from '../../hooks/use-text.ts'
import { StepForm } from './step-form.tsx'

interface AdoptionWhoseProps {
  readonly preview: AdoptionPreview
  readonly act: Act
  readonly onChoose: (email: string) => void
  readonly onBack: () => void
}

export function AdoptionWhose({ preview, act, onChoose, onBack }: AdoptionWhoseProps) {
  const t = useText()
  const { place, people } = preview
  const [chosen, setChosen] = useState(people[0]?.email ?? '')
  return (
    <StepForm
      key="whose"
      title={t('adoption.whose_title')}
      lead={t('adoption.whose_lead', { place })}
      nextLabel={t('setup.next')}
      isBusy={act.isBusy}
      onNext={() => onChoose(chosen)}
      onBack={onBack}
    >
      <RadioChoices
        label={t('adoption.whose')}
        value={chosen}
        choices={people.map(({ email, handles }) => ({
          value: email,
          label: email,
          help: handles.map((handle) => `@${handle}`).join(' '),
        }))}
        onChange={setChosen}
      />
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </StepForm>
  )
}
