/** The tables as Kysely sees them; the truth is in `migrations/`. Ids are 64-bit and travel as strings. */
import type { Selectable } from 'kysely'
import type { ActorTables } from './actor-tables.ts'
import type { AdoptionTables } from './adoption-tables.ts'
import type { CardTables } from './card-tables.ts'
import type { CleanUpTables } from './clean-up-tables.ts'
import type { ClientTables } from './client-tables.ts'
import type { CollectionTables } from './collection-tables.ts'
import type { DeliveryTables } from './delivery-tables.ts'
import type { DraftTables } from './draft-tables.ts'
import type { EdgeTables } from './edge-tables.ts'
import type { ExportTables } from './export-tables.ts'
import type { FarewellTables } from './farewell-tables.ts'
import type { FilterTables } from './filter-tables.ts'
import type { HomeTables } from './home-tables.ts'
import type { ImportTables } from './import-tables.ts'
import type { ListTables } from './list-tables.ts'
import type { MediaTables } from './media-tables.ts'
import type { ModerationTables } from './moderation-tables.ts'
import type { MoveTables } from './move-tables.ts'
import type { NoticeTables } from './notice-tables.ts'
import type { PollTables } from './poll-tables.ts'
import type { PostTables } from './post-tables.ts'
import type { ProfileTables } from './profile-tables.ts'
import type { SettingsTables } from './settings-tables.ts'
import type { SignInTables } from './sign-in-tables.ts'
import type { PurgeTables } from './purge-tables.ts'
import type { PushTables } from './push-tables.ts'
import type { ThreadTables } from './thread-tables.ts'
import type { QuoteTables } from './quote-tables.ts'
import type { ReactionTables } from './reaction-tables.ts'
import type { SearchTables } from './search-tables.ts'
import type { StatisticsTables } from './statistics-tables.ts'
import type { UploadTables } from './upload-tables.ts'

export type { UploadPurpose } from './upload-tables.ts'
export type { HashtagDay } from './post-tables.ts'
export type { FollowOffer, ProofVerdict } from './delivery-tables.ts'
export type { QuoteApprovalState, QuotePolicy } from './quote-tables.ts'
export type { ImportFacts, ImportedFilter } from './import-tables.ts'
export type { StateColumns, StoredEmoji, StoredField, Visibility } from './column-types.ts'

export interface Tables
  extends
    ActorTables,
    AdoptionTables,
    CardTables,
    CleanUpTables,
    ClientTables,
    CollectionTables,
    DeliveryTables,
    DraftTables,
    EdgeTables,
    ExportTables,
    FarewellTables,
    FilterTables,
    HomeTables,
    ImportTables,
    ListTables,
    MediaTables,
    ModerationTables,
    MoveTables,
    NoticeTables,
    PollTables,
    PostTables,
    ProfileTables,
    PurgeTables,
    PushTables,
    QuoteTables,
    SettingsTables,
    SignInTables,
    ThreadTables,
    ReactionTables,
    SearchTables,
    StatisticsTables,
    UploadTables {}

/** A row as it is read. */
export type Row<T extends keyof Tables> = Selectable<Tables[T]>
