-- Ids, settings shared by all processes, the owner, domains, peers.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- Time-ordered 64-bit ids: milliseconds since 1970 in the upper 48 bits. They increase even when the clock goes back:
-- the sequence only ever moves forward, and only the holder of the lock moves it to the present.
create sequence id_sequence as bigint minvalue 1;

create function next_id() returns bigint language plpgsql volatile as $$
declare
  present bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint << 16;
  candidate bigint := nextval('id_sequence');
begin
  if candidate >= present then
    return candidate;
  end if;
  perform pg_advisory_lock(7203151);
  begin
    if (select last_value from id_sequence) < present then
      perform setval('id_sequence', present);
    end if;
  exception when others or query_canceled then
    -- A session lock outlives its statement: without this a cancelled statement would stop every other writer.
    perform pg_advisory_unlock(7203151);
    raise;
  end;
  perform pg_advisory_unlock(7203151);
  return nextval('id_sequence');
end
$$;

-- The id of a post that was written elsewhere at a known moment, so that pages sort by when a post was written. Never in
-- the future. The low bits come from a sequence; moments without milliseconds are spread over their second by it.
create sequence id_spread_sequence as bigint minvalue 0 start 0;

create function id_at(moment timestamptz) returns bigint language plpgsql volatile as $$
declare
  ms bigint := (extract(epoch from least(moment, clock_timestamp())) * 1000)::bigint;
  spread bigint := nextval('id_spread_sequence');
begin
  if ms < 0 then
    ms := 0;
  end if;
  if ms % 1000 = 0 and moment < clock_timestamp() - interval '2 seconds' then
    ms := ms + (spread >> 6) % 1000;
  end if;
  return (ms << 16) | (spread & 65535);
end
$$;

create table home_settings (
  key text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);

-- One row at most: the person whose home this is.
create table owner (
  id smallint primary key default 1 check (id = 1),
  password_hash text not null,
  password_changed_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create table owner_sessions (
  token_hash bytea primary key,
  -- Names the session in lists and in the form token; not secret.
  public_id bigint not null unique default next_id(),
  user_agent text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null
);

-- A domain of the home. `service_host` differs from `domain` where the domain is split.
create table domains (
  id bigint primary key default next_id(),
  domain text not null unique,
  service_host text not null,
  is_primary boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index domains_one_primary on domains (is_primary) where is_primary;
create index domains_service_host on domains (service_host);

-- Another server, by the host of its ids: what it runs, whether it answers, when it is tried again.
create table peers (
  host text primary key,
  software text,
  software_version text,
  node_info_at timestamptz,
  prefers_rfc9421 boolean,
  first_seen_at timestamptz not null default now(),
  last_success_at timestamptz,
  last_failure_at timestamptz,
  -- Failures since the last success, and when the first of them was.
  failures integer not null default 0,
  failing_since timestamptz,
  last_error text,
  -- While set, deliveries to this host wait until then; the breaker is open.
  retry_at timestamptz,
  unavailable_at timestamptz,
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
create index peers_due on peers (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index peers_state on peers (state, state_changed_at);
-- What a sender has to know beforehand.
create index peers_remarkable on peers (host) where failures > 0 or prefers_rfc9421;

-- Domains the owner will have nothing to do with; subdomains are included.
create table domain_blocks (
  domain text primary key,
  comment text not null default '',
  created_at timestamptz not null default now()
);

create table stator_counts (
  graph text not null,
  grain text not null check (grain in ('minute', 'hour', 'day', 'month')),
  starts_at timestamptz not null,
  queued integer not null default 0,
  handled integer not null default 0,
  failed integer not null default 0,
  primary key (graph, grain, starts_at)
);
