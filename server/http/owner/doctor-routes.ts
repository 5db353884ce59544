/** The doctor in the owner's hands: what it found, a look now, a fix, and what is not to be told again. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { DoctorReport } from '../../contracts/doctor.ts'
import type { HttpContext } from '../http-context.ts'
import { doctorOf } from './open-doctor.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** A look asks stores and keys; a person asks for it now and then. */
const LOOKS = { max: 30, timeWindow: 300_000 }

const NameParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }) })
/** `deep`: with what takes its time, such as a large upload and half a minute of silence. */
const RunForm = Type.Union([Type.Object({ deep: Type.Optional(Type.Boolean()) }), Type.Null()])
const IgnoreForm = Type.Object({ isIgnored: Type.Boolean() })

type Named = { Params: Static<typeof NameParams> }

export function doctorRoutes(context: HttpContext): FastifyPluginAsync {
  const doctor = doctorOf(context)
  const named = { ...OWNER, schema: { params: NameParams } }
  return async (app) => {
    app.get('/doctor', OWNER, async (): Promise<DoctorReport> => doctor.report())
    app.post<{ Body: Static<typeof RunForm> }>(
      '/doctor/run',
      { config: { ...OWNER.config, rateLimit: LOOKS }, schema: { body: RunForm } },
      async ({ body }): Promise<DoctorReport> => doctor.run(body?.deep === true ? 'deep' : 'asked'),
    )
    app.post<Named>('/doctor/:name/fix', named, async ({ params }) => doctor.fix(params.name))
    app.put<Named & { Body: Static<typeof IgnoreForm> }>(
      '/doctor/:name/ignored',
      { ...named, schema: { params: NameParams, body: IgnoreForm } },
      async ({ params, body }) => doctor.ignore(params.name, body.isIgnored),
    )
  }
}
