-- What is made for the owner to take along. The files lie in a folder of the home, named by the number of their row.
create table exports (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  kind text not null check (kind in ('archive', 'html')),
  -- Posts for followers and direct messages are in it too.
  is_private boolean not null,
  -- Posts and files.
  done integer not null default 0,
  total integer not null default 0,
  -- Files that should be there and are not.
  missing integer not null default 0,
  bytes bigint,
  problem text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  state text not null default 'making',
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
create index exports_due on exports (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index exports_state on exports (state, state_changed_at);
-- The same at once is one.
create unique index exports_making on exports (actor_id, kind) where state = 'making';
