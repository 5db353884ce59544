/** Rows that are drawn by a part of their own. */
import type { ComponentType } from 'react'
import { KeySettings } from '../../components/key-settings.tsx'
import { PushPanel } from '../../components/push-panel.tsx'
import type { PartId, SettingGroup } from '../../stores/setting-rows.ts'
import { AddressPart } from './address-part.tsx'
import { AliasesPart } from './aliases-part.tsx'
import { FeaturedTagsPart } from './featured-tags-part.tsx'
import { KnobsPart } from './knobs-part.tsx'
import { LinksPart } from './links-part.tsx'
import { MovePart } from './move-part.tsx'
import { BlockedPart, BlockedServersPart, MutedPart } from './people-parts.tsx'
import { NoticeKindsPart } from './notice-kinds-part.tsx'
import { ProfilePart } from './profile-part.tsx'
import { SecretsPart } from './secrets-part.tsx'
import { SettingFrame } from './setting-frame.tsx'
import { SpellingPart } from './spelling-part.tsx'
import { KeepsRunningPart, StartupPart } from './startup-part.tsx'
import { TextsPart } from './texts-part.tsx'
import { TuningPart } from './tuning-part.tsx'
import { VersionPart } from './version-part.tsx'

const PARTS: Readonly<Record<PartId, ComponentType>> = {
  profile: ProfilePart,
  featured_tags: FeaturedTagsPart,
  push: PushPanel,
  notice_kinds: NoticeKindsPart,
  keys: KeySettings,
  muted: MutedPart,
  blocked: BlockedPart,
  blocked_servers: BlockedServersPart,
  aliases: AliasesPart,
  move: MovePart,
  address: AddressPart,
  spelling: SpellingPart,
  secrets: SecretsPart,
  links: LinksPart,
  startup: StartupPart,
  keeps_running: KeepsRunningPart,
  knobs: KnobsPart,
  tuning: TuningPart,
  texts: TextsPart,
  version: VersionPart,
}

export function PartRow({ id, group }: { readonly id: PartId; readonly group: SettingGroup }) {
  const Part = PARTS[id]
  return (
    <SettingFrame row={{ id, group }}>
      <Part />
    </SettingFrame>
  )
}
