-- Reactions with an emoji, the custom emoji that are known, and how often hashtags are used.

-- Pictures with a short name. Those of others are known by the host that has them; `host` is null for the home's own.
create table emojis (
  id bigint primary key default next_id(),
  host text,
  shortcode text not null check (length(shortcode) between 1 and 128),
  url text not null,
  -- Id of the emoji; several servers give none.
  uri text,
  -- Where the picture is: its own host, or a CDN.
  image_host text not null,
  category text,
  -- Told by an actor of its own host; what others say of it never changes that.
  is_confirmed boolean not null default false,
  -- When the picture was changed last, by the clock of its host.
  updated_at timestamptz,
  created_at timestamptz not null default now(),
  state text not null default 'known',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  constraint emojis_name unique nulls not distinct (host, shortcode)
);
create index emojis_shortcode on emojis (shortcode);
create index emojis_due on emojis (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index emojis_state on emojis (state, state_changed_at) where state <> 'updated';

-- Likes have no emoji. A reaction has one: the character, or `:shortcode@host:`, which outlives the row of the emoji.
alter table interactions
  drop constraint interactions_kind_check,
  add column emoji text check (length(emoji) between 1 and 400),
  add column emoji_id bigint references emojis (id) on delete set null,
  -- Type of the activity that told the author: not every server understands the same. Own reactions only.
  add column sent_as text check (sent_as in ('Like', 'EmojiReact')),
  add constraint interactions_kind_check check (kind in ('like', 'reaction')),
  add constraint interactions_emoji check ((kind = 'reaction') = (emoji is not null));
drop index interactions_once;
create unique index interactions_once on interactions (actor_id, post_id, kind, emoji) nulls not distinct
  where state not in ('undone', 'undone_fanned_out');
create index interactions_emoji on interactions (emoji_id) where emoji_id is not null;

-- Somebody may react to one post in several ways, and each is told.
alter table notifications add column interaction_id bigint references interactions (id) on delete cascade;
drop index notifications_once;
create unique index notifications_once on notifications (actor_id, kind, from_actor_id, post_id, interaction_id)
  nulls not distinct where dismissed_at is null and kind <> 'update';
create index notifications_interaction on notifications (interaction_id) where interaction_id is not null;

-- How often a hashtag is used in public posts: in all, and by day as [{day, uses, accounts}], `day` being midnight UTC in
-- seconds since 1970. Counted anew some time after a use, for many uses at once.
alter table hashtags
  add column uses_count integer not null default 0,
  add column history jsonb not null default '[]',
  add column state text not null default 'outdated',
  add column state_changed_at timestamptz not null default now(),
  add column state_next_attempt_at timestamptz default now() + interval '1 minute',
  add column state_priority smallint not null default 1 check (state_priority in (0, 1)),
  add column state_locked_until timestamptz,
  add column state_lock_token uuid,
  add column state_attempts integer not null default 0,
  add column state_errors integer not null default 0,
  add column state_deaths integer not null default 0,
  add column state_error text;
create index hashtags_due on hashtags (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index hashtags_state on hashtags (state, state_changed_at) where state <> 'updated';
