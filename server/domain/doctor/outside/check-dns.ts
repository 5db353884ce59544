/** Whether the name has addresses that the world can reach, in both families. */
import type { DoctorCode } from '../../../contracts/doctor.ts'
import { HomebirdError } from '../../../core/errors.ts'
import { codeOf } from './verdict.ts'
import { hasNoWay, isOwnDoubt, isUnanswered } from './attempts.ts'
import type { Attempt, OutsideCheck, Reach } from './world.ts'

export const checkDns: OutsideCheck = {
  name: 'dns',
  async run(world) {
    const reach = await world.reach()
    const { addresses, privateAddresses } = reach
    const { by, failure } = addresses
    if (failure !== null)
      throw new HomebirdError('UNAVAILABLE', `no name server could be asked for ${world.host}: ${failure}`)
    if (addresses.v4.length + addresses.v6.length === 0)
      return [codeOf('NO_ADDRESS', 'dns', { host: world.host, by })]
    const isPrivate = privateAddresses.length > 0
    if (isPrivate && by === 'system') return doubted(world.host, reach)
    const facts = { host: world.host, addresses: privateAddresses.join(', '), by }
    return [...(isPrivate ? [codeOf('PRIVATE_ADDRESS', 'dns', facts)] : []), ...judgeIpv6(reach)]
  },
}

/**
 * In many houses a name has an address of the house, for those within: what the world is told was not heard here.
 * @throws HomebirdError UNAVAILABLE where nobody has come by what the world is told
 */
function doubted(host: string, { addresses, privateAddresses, attempts }: Reach): readonly DoctorCode[] {
  if (attempts.some(({ isProven, vantage }) => isProven && vantage === 'ssh')) return []
  if (addresses.v4.length + addresses.v6.length > privateAddresses.length) return []
  throw new HomebirdError(
    'UNAVAILABLE',
    `the name servers of ${host} cannot be asked from here; the resolver of this network says ${privateAddresses.join(', ')}, which only this network reaches`,
  )
}

/** A machine without IPv6 of its own, or whose IPv6 leads nowhere, cannot tell: a refusal at least came from there. */
function judgeIpv6({ attempts }: Reach): readonly DoctorCode[] {
  const six = attempts.find(({ family }) => family === 6)
  const others = attempts.filter((one) => one !== six)
  if (six === undefined || hasNoWay(six) || isOwnDoubt(six)) return []
  const isDead = isUnanswered(six) && others.some(({ answer }) => answer !== null)
  const isElsewhere = !six.isProven && !isUnanswered(six) && others.some(({ isProven }) => isProven)
  if (!isDead && !isElsewhere) return []
  return [codeOf('IPV6_DEAD', 'dns', factsOf(six))]
}

const factsOf = ({ address, failure, answer }: Attempt): DoctorCode['facts'] => ({
  address,
  reason: failure?.message ?? null,
  status: answer?.status ?? null,
})
