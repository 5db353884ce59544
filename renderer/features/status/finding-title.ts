/** What a check found, in one line; a check that the window does not know is called by its name. */
import { type DoctorFinding, OUTSIDE_CODES } from '../../../server/contracts/doctor.ts'
import type { Text } from '../../i18n/i18n.ts'
import { WEIGHTS, type OutsideCheckName, isOutsideCheck } from '../../stores/outside-findings.ts'
import { isCheckName } from './check-names.ts'

type Titled = Pick<DoctorFinding, 'name' | 'state' | 'codes'>

export function findingTitle(t: Text, { name, state, codes }: Titled): string {
  if (isOutsideCheck(name)) return outsideTitle(t, name, codes)
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

/** What matters most of what a check found. */
function outsideTitle(t: Text, name: OutsideCheckName, codes: DoctorFinding['codes']): string {
  const worst = WEIGHTS.flatMap((weight) => codes.find((one) => one.weight === weight) ?? [])[0]
  if (worst === undefined) return t(`outside_check.${name}`)
  return Object.hasOwn(OUTSIDE_CODES, worst.code) ? t(`outside_code.${worst.code}`) : worst.code
}
