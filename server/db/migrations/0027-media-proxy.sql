-- Files of others: what could not be fetched, and what is to be fetched before anybody asks for it.

-- By the name of the item in its cache, which stands for its address.
create table failed_media (
  key text primary key,
  host text not null,
  failures integer not null check (failures > 0),
  reason text not null,
  -- What was answered, such as 404.
  status integer,
  -- Nobody is asked before.
  retry_at timestamptz not null,
  failed_at timestamptz not null
);
create index failed_media_failed_at on failed_media (failed_at);

-- A post that has come into a home timeline and whose pictures are about to be seen. A row lives until they are fetched; it names
-- no post that must exist, so that a post may go at any time.
create table timeline_pictures (
  id bigint primary key,
  state text not null default 'wanted',
  state_changed_at timestamptz not null default now(),
  -- Those that come together are looked at together.
  state_next_attempt_at timestamptz default now() + interval '3 seconds',
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index timeline_pictures_due on timeline_pictures (state_priority, state_next_attempt_at)
  where state_next_attempt_at is not null;
create index timeline_pictures_state on timeline_pictures (state, state_changed_at);
