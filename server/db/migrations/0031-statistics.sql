-- How the home did, for its owner's eyes: minutes of the last day, hours of the last month. Both are bounded by whoever
-- writes the next minute.
create table home_statistics (
  grain text not null check (grain in ('minute', 'hour')),
  starts_at timestamptz not null,
  -- Minutes that were seen in this period.
  samples integer not null default 1,
  received integer not null,
  sent integer not null,
  failures integer not null,
  -- Most deliveries that waited.
  waiting integer not null,
  -- Bytes of all processes, on average; null where the system does not tell.
  memory bigint,
  cache_hits bigint not null,
  cache_misses bigint not null,
  -- Bytes, at the end of the period.
  disk_free bigint,
  primary key (grain, starts_at)
);

-- What each check of the doctor found last, and what the owner does not want to hear of again.
create table doctor_findings (
  name text primary key,
  state text not null check (state in ('good', 'look', 'bad')),
  facts jsonb not null default '{}',
  checked_at timestamptz not null default now(),
  -- The state that is ignored: a worse one is told again.
  ignored_state text check (ignored_state in ('look', 'bad'))
);
