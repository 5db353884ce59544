/** The doctor of this home with all its checks: those of the domain, and those that ask the home's own pages. */
import { dataDirAt } from '../../core/data-dir.ts'
import { type DoctorCheck, GOOD } from '../../domain/doctor/check.ts'
import { Doctor } from '../../domain/doctor/doctor.ts'
import { homeChecks } from '../../domain/doctor/home-checks.ts'
import { outsideChecks } from '../../domain/doctor/outside/checks.ts'
import { asDoctorCheck } from '../../domain/doctor/outside/verdict.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import type { HttpContext } from '../http-context.ts'
import { backupsCheck } from './backup-care.ts'
import { checkKeys, checkWebfinger } from './checks.ts'
import { outsideWays } from './open-outside.ts'

const doctors = new WeakMap<HttpContext, Doctor>()

/** One for each context: whoever asks while it looks waits for the same. */
export function doctorOf(context: HttpContext): Doctor {
  const doctor = doctors.get(context) ?? openDoctor(context)
  doctors.set(context, doctor)
  return doctor
}

function openDoctor(context: HttpContext): Doctor {
  const { supervision } = context
  const parts = {
    ...context,
    dir: supervision === null ? null : dataDirAt(supervision.dataDir),
    facts: async () => (supervision === null ? null : supervision.facts()),
  }
  const checks = [
    ...homeChecks,
    backupsCheck(context),
    ofEachIdentity(context, 'keys', async (id) => checkKeys(context, id)),
    ofEachIdentity(context, 'webfinger', async (id) => checkWebfinger(context, id)),
    ...outsideChecks.map(asDoctorCheck),
  ]
  return new Doctor(parts, checks, outsideWays(context))
}

function ofEachIdentity(
  { db }: HttpContext,
  name: string,
  check: (identityId: string) => Promise<void>,
): DoctorCheck {
  return {
    name,
    async run() {
      const identities = await listIdentities(db)
      if (identities.length === 0) return null
      for (const { id } of identities) await check(id)
      return GOOD
    },
  }
}
