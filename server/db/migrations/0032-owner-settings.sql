-- What the owner prefers, by name; what is not here is as it is at first.

create table owner_preferences (
  name text primary key check (length(name) between 1 and 60),
  value jsonb not null,
  changed_at timestamptz not null default now()
);
