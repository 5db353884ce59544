-- What is being written, and posts that are held back for a moment before they go.
create table drafts (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  -- Chosen by the window that began it.
  key text not null check (length(key) between 8 and 64),
  -- Grows with every change: who writes upon an older one is told.
  revision integer not null default 1,
  text text not null,
  warning text not null,
  -- All else that it says.
  content jsonb not null,
  -- Uploads that are no orphans while it lives. Not references: the draft outlives them.
  attachment_ids bigint[] not null default '{}',
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  -- While it is held: when it goes.
  send_at timestamptz,
  -- What became of it.
  post_id bigint references posts (id) on delete set null,
  -- Why it could not be sent, in words for its author.
  failure text,
  state text not null default 'kept',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text,
  unique (actor_id, key)
);
create index drafts_due on drafts (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index drafts_state on drafts (state, state_changed_at);
create index drafts_post on drafts (post_id) where post_id is not null;
create index drafts_files on drafts using gin (attachment_ids);
