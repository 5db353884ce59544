-- Clean-up: what goes by the owner's rules, and runs of it that go on where they were.

-- One row for each run; the open one is worked on, a slice of rows at a time.
create table clean_ups (
  id bigint primary key default next_id(),
  asked_by text not null check (asked_by in ('night', 'owner')),
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  is_cancelled boolean not null default false,
  -- What is looked through at present, and the last row of it that was looked at.
  step text not null default 'posts',
  place bigint not null default 0,
  -- What is older may go: fixed when the run began.
  horizon timestamptz not null,
  -- {posts, actors, hashtags, cards}
  removed jsonb not null default '{}',
  bytes_before bigint,
  bytes_after bigint
);
create unique index clean_ups_open on clean_ups ((ended_at is null)) where ended_at is null;

-- Own posts that go by themselves some time after they were written.
create table post_expiries (
  actor_id bigint primary key references actors (id) on delete cascade,
  is_on boolean not null default false,
  after_days integer not null default 365 check (after_days between 7 and 36500),
  -- What stays all the same.
  keeps_pinned boolean not null default true,
  keeps_direct boolean not null default true,
  keeps_polls boolean not null default false,
  keeps_media boolean not null default false,
  keeps_own_favourites boolean not null default true,
  keeps_own_bookmarks boolean not null default true,
  keeps_boosts boolean not null default false,
  -- From this many on; null where the number says nothing.
  keeps_favourites_from integer check (keeps_favourites_from >= 1),
  keeps_boosted_from integer check (keeps_boosted_from >= 1),
  changed_at timestamptz not null default now()
);

-- Threads that an identity wrote in.
create index posts_own_threads on posts (conversation_id) where is_local and boost_of_id is null and deleted_at is null;

-- What hangs on a post or an actor is found by it, or each that goes would be looked for in the whole table.
create index bookmarks_post on bookmarks (post_id);
create index pins_post on pins (post_id);
create index idempotency_keys_post on idempotency_keys (post_id) where post_id is not null;
create index featured_changes_post on featured_changes (post_id) where post_id is not null;
create index featured_changes_actor on featured_changes (actor_id);
create index uploads_actor on uploads (actor_id);
create index oauth_codes_actor on oauth_codes (actor_id);
