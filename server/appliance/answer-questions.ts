/** Who of the appliance answers what: to commands at the control socket, and to children over their channels. */
import type { ChildReport, SupervisorRequest } from '../contracts/child-message.ts'
import type { JournalLine } from '../contracts/logs.ts'
import type { SettingsAnswer, SettingsRequest } from '../contracts/tuning.ts'
import type { ApplianceFacts, ApplianceStatus } from './appliance-status.ts'
import { askCaches } from './ask-caches.ts'
import { askDoctor } from './ask-doctor.ts'
import { askFigures } from './ask-figures.ts'
import type { ControlQuestion } from './control-socket.ts'
import type { Decoders } from './decoders.ts'
import { type HomeChildren, serverNumberOf } from './home-children.ts'
import type { HandOverPart } from './keeping/open-hand-over.ts'
import { type KeeperPart, isOfKeeper } from './keeping/open-keeper-part.ts'
import type { Seal } from './seal.ts'
import type { TunnelPart } from './tunnel-part.ts'

export interface Answering {
  readonly status: () => Promise<ApplianceStatus>
  readonly facts: () => ApplianceFacts
  readonly journal: (count: number) => readonly JournalLine[]
  readonly children: HomeChildren
  readonly decoders: Decoders
  readonly keeper: KeeperPart
  readonly handOver: HandOverPart
  readonly seal: Seal
  readonly settings: (request: SettingsRequest) => SettingsAnswer
  readonly tunnel: TunnelPart
}

export async function answerCommand(
  { status, children, keeper, handOver, seal, tunnel }: Answering,
  question: ControlQuestion,
): Promise<unknown> {
  if (question.kind === 'status') return status()
  if (question.kind === 'secrets_key') return seal.box.key
  if (question.kind === 'keeping') return keeper.answer(question)
  if (question.kind === 'hand_over') return handOver.answer('command', question)
  if (question.kind === 'caches') return askCaches(children.kept, question.ask)
  return question.kind === 'doctor' ? askDoctor(children.kept, question) : tunnel.answer(question)
}

/** @param child  its name, such as `server-0` */
export async function answerChild(
  { facts, journal, children, decoders, keeper, handOver, settings, tunnel }: Answering,
  child: string,
  request: SupervisorRequest,
): Promise<unknown> {
  if (request.kind === 'facts') return facts()
  if (request.kind === 'journal') return journal(request.count)
  if (request.kind === 'figures') return askFigures(children.kept, child)
  if (request.kind === 'keeping') return keeper.answer(request)
  if (request.kind === 'hand_over') return handOver.answer(child, request)
  if (request.kind === 'settings') return settings(request)
  const isOfDecoders = request.kind === 'decoder' || request.kind === 'end_decoder'
  return isOfDecoders ? decoders.answer(child, request) : tunnel.answer(request)
}

export function hearChild({ keeper, tunnel }: Answering, child: string, report: ChildReport): void {
  if (isOfKeeper(report)) keeper.heard(report)
  // Told to whoever started that keeper, which is not the home.
  else if (report.kind !== 'seen') tunnel.heard(report, serverNumberOf(child))
}
