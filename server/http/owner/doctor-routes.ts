/** The doctor in the owner's hands: what it found, a look now, a fix, and what is not to be told again. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { DoctorReport } from '../../contracts/doctor.ts'
import type { HttpContext } from '../http-context.ts'
import { openDoctor } from './open-doctor.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** A look asks stores and keys; a person asks for it now and then. */
const LOOKS = { max: 30, timeWindow: 300_000 }

const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }) })
const IgnoreForm = Type.Object({ isIgnored: Type.Boolean() })

type Named = { Params: Static<typeof NameParams> }

export function doctorRoutes(context: HttpContext): FastifyPluginAsync {
  const doctor = openDoctor(context)
  const named = { ...OWNER, schema: { params: NameParams } }
  return async (app) => {
    app.addHook('preHandler', async (request) => {
      await requireOwner(context, request)
    })
    app.get('/doctor', OWNER, async (): Promise<DoctorReport> => doctor.report())
    app.post(
      '/doctor/run',
      { config: { ...OWNER.config, rateLimit: LOOKS } },
      async (): Promise<DoctorReport> => doctor.run(),
    )
    app.post<Named>('/doctor/:name/fix', named, async ({ params }) => doctor.fix(params.name))
    app.put<Named & { Body: Static<typeof IgnoreForm> }>(
      '/doctor/:name/ignored',
      { ...named, schema: { params: NameParams, body: IgnoreForm } },
      async ({ params, body }) => doctor.ignore(params.name, body.isIgnored),
    )
  }
}
