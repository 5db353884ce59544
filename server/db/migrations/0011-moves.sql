-- Moves between actors, proofs of the links in profiles, and blocks that nobody is told of.

-- Moves that took effect here: those of others whom somebody here had to do with, and those of the identities.
create table actor_moves (
  id bigint primary key default next_id(),
  from_id bigint not null references actors (id) on delete cascade,
  -- Where it ended, which may be further on than `to_uri` says.
  to_id bigint not null references actors (id) on delete cascade,
  to_uri text not null,
  -- Followers that an identity had when it moved; 0 for others.
  followers_count integer not null default 0,
  moved_at timestamptz not null default now()
);
create index actor_moves_from on actor_moves (from_id, moved_at);
create index actor_moves_to on actor_moves (to_id);

-- An identity may keep its blocks to itself: then no Block is sent, and later no Undo of one.
alter table actors add column keeps_blocks_private boolean not null default false;
alter table blocks add column is_private boolean not null default false;

-- Links in profile fields, and whether the page behind them names the profile in turn.
create table link_checks (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  url text not null,
  -- Canonical host of the link.
  host text not null,
  -- The first proof since which every reading was one; null where there is none.
  verified_at timestamptz,
  -- The last proof.
  proved_at timestamptz,
  created_at timestamptz not null default now(),
  state text not null default 'due',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (actor_id, url)
);
create index link_checks_due on link_checks (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index link_checks_state on link_checks (state, state_changed_at);
