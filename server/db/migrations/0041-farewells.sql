-- Leaving for good: asked for, waited for, told to every server that is known, and erased. What was left off stays for a while.
create table farewells (
  id bigint primary key default next_id(),
  -- Until then it can be called off.
  due_at timestamptz not null,
  begun_at timestamptz,
  -- Inboxes that are told: how many, and how many of them could not be.
  inboxes integer,
  failed integer not null default 0,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  state text not null default 'waiting',
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
create index farewells_due on farewells (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index farewells_state on farewells (state, state_changed_at);
-- One at a time, and after it none.
create unique index farewells_one on farewells ((true)) where state <> 'cancelled';
