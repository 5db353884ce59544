-- What is read from the collections of others, and what happened while this home was away.

-- Where an actor of another server lists its hashtags, and how many posts its origin counts; null where it does not say.
alter table actors add column featured_tags_uri text;
alter table actors add column origin_posts_count integer;

-- Hashtags that somebody shows on their profile.
create table featured_hashtags (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  hashtag_id bigint not null references hashtags (id) on delete cascade,
  -- As its owner writes it, without `#`.
  name text not null,
  unique (actor_id, hashtag_id)
);
create index featured_hashtags_hashtag on featured_hashtags (hashtag_id);

-- What an identity pinned or featured, or no longer does: to be told to its followers.
create table featured_changes (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  -- Exactly one of the two.
  post_id bigint references posts (id) on delete cascade,
  hashtag text,
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  check ((post_id is null) <> (hashtag is null))
);
create index featured_changes_due on featured_changes (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index featured_changes_state on featured_changes (state, state_changed_at);

-- Actors of others whose profile matters to somebody here: they are followed, or were looked at. `id` is the actor's.
create table profile_readings (
  id bigint primary key references actors (id) on delete cascade,
  host text not null,
  -- When their collections were last read.
  read_at timestamptz,
  state text not null default 'outdated',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index profile_readings_due on profile_readings (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index profile_readings_state on profile_readings (state, state_changed_at);

-- A time in which this home did nothing: it was off, or its machine slept.
create table absences (
  id bigint primary key default next_id(),
  left_at timestamptz not null,
  returned_at timestamptz not null,
  -- Outboxes to be read again, and how many of them are done; null until that is known.
  outboxes integer,
  outboxes_done integer not null default 0,
  -- Servers that were told of the return; null where it was too short for that.
  greeted integer,
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index absences_due on absences (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index absences_state on absences (state, state_changed_at);

-- When a worker of this home was last at work; one row.
create table heartbeats (
  id smallint primary key default 1 check (id = 1),
  beat_at timestamptz not null
);

-- The outbox of somebody else, read from the newest post to older ones.
create table outbox_sweeps (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  host text not null,
  -- `history`: for whoever looks at the profile; `catch_up`: what was missed during an absence.
  purpose text not null check (purpose in ('history', 'catch_up')),
  absence_id bigint references absences (id) on delete cascade,
  -- The page that comes next; null for the first.
  next_page_uri text,
  -- What is older is not wanted; null for everything.
  until_at timestamptz,
  -- What is found takes its place in the home timelines.
  fills_timelines boolean not null default false,
  pages_read integer not null default 0,
  posts_found integer not null default 0,
  state text not null default 'reading',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (actor_id, purpose)
);
create index outbox_sweeps_due on outbox_sweeps (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index outbox_sweeps_state on outbox_sweeps (state, state_changed_at);
create index outbox_sweeps_absence on outbox_sweeps (absence_id) where absence_id is not null;

-- Who follows somebody elsewhere, or whom they follow, as their origin tells it while the owner looks.
create table origin_lists (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  side text not null check (side in ('followers', 'following')),
  host text not null,
  next_page_uri text,
  pages_read integer not null default 0,
  -- Entries so far, those among them whose actor is not known yet too.
  entries integer not null default 0,
  state text not null default 'reading',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (actor_id, side)
);
create index origin_lists_due on origin_lists (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index origin_lists_state on origin_lists (state, state_changed_at);

create table origin_list_entries (
  list_id bigint not null references origin_lists (id) on delete cascade,
  -- Falls from the first entry of the list to the last.
  place integer not null,
  uri text not null,
  -- Null until the actor was read; `is_tried` then says that it could not be.
  actor_id bigint references actors (id) on delete cascade,
  is_tried boolean not null default false,
  primary key (list_id, place),
  unique (list_id, uri)
);
create index origin_list_entries_actor on origin_list_entries (actor_id) where actor_id is not null;
