/** What a check found, in one line; a check that the window does not know is called by its name. */
import type { DoctorFinding } from '../../../server/contracts/doctor.ts'
import type { Text } from '../../i18n/i18n.ts'
import { isCheckName } from './check-names.ts'

export function findingTitle(t: Text, { name, state }: Pick<DoctorFinding, 'name' | 'state'>): string {
  if (!isCheckName(name)) return name
  switch (state) {
    case 'good':
      return t(`check_good.${name}`)
    case 'look':
      return t(`check_look.${name}`)
    case 'bad':
      return t(`check_bad.${name}`)
  }
}
