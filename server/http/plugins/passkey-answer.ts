/** What both listeners read of passkeys: the answer of a browser, the name of a new one, whose it is. */
import { Type } from 'typebox'
import type { Querier } from '../../db/pool.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import { cleanLine } from '../../domain/text/clean-text.ts'

const MAX_NAME = 60
const Text = (maxLength: number) => Type.String({ maxLength })

/** The shape alone; its meaning is read where it is verified. */
export const PasskeyAnswer = Type.Object({
  id: Text(1_400),
  rawId: Text(1_400),
  type: Text(40),
  clientExtensionResults: Type.Object({}),
  authenticatorAttachment: Type.Optional(Text(40)),
  response: Type.Object({
    clientDataJSON: Text(8_000),
    authenticatorData: Type.Optional(Text(8_000)),
    signature: Type.Optional(Text(8_000)),
    userHandle: Type.Optional(Text(400)),
    attestationObject: Type.Optional(Text(40_000)),
    transports: Type.Optional(Type.Array(Text(40), { maxItems: 20 })),
  }),
})

export function passkeyName(typed: string): string {
  const name = cleanLine(typed, MAX_NAME)
  return name === '' ? 'Passkey' : name
}

/** For the lists of authenticators and devices: the oldest identity. */
export async function ownerHandle(db: Querier): Promise<string> {
  const [first] = await listIdentities(db)
  return first === undefined ? 'the owner' : `${first.username}@${first.handle_domain}`
}
