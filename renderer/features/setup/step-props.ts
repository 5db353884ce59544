/** What each step of the first run is given. */
import type { FieldFlaw, SetUpField } from '../../../server/contracts/owner-api.ts'
import type { SetUpAnswers } from '../../stores/set-up-answers.ts'

export type Flaws = Partial<Readonly<Record<SetUpField, FieldFlaw>>>

export interface StepProps {
  readonly answers: SetUpAnswers
  /** What the home refused. */
  readonly flaws: Flaws
  readonly onChange: (part: Partial<SetUpAnswers>) => void
  readonly onNext: () => void
  readonly onBack: () => void
}
