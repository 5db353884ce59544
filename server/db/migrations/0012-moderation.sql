-- Blocked domains with all they bring, block lists, reports, devices that the owner signs in from.

-- Domains that stay open although one above them is blocked, or a list names them: the owner's word.
create table domain_allows (
  domain text primary key,
  comment text not null default '',
  created_at timestamptz not null default now()
);

-- False for what only a block list brought: it goes with the list.
alter table domain_blocks add column is_own boolean not null default true;

-- The most special name that somebody has said something about decides; of two words about one name the owner's allowance.
-- By primary key, whatever the planner thought of the size of the tables when it planned this for a session: a list of a hundred
-- thousand domains may have come since.
create function is_blocked_domain(name text) returns boolean language sql stable set enable_seqscan = off as $$
  select coalesce((
    select word.is_block
      from (select string_to_array(split_part(name, ':', 1), '.') as labels) as given,
           generate_series(1, cardinality(given.labels)) as first,
           lateral (select array_to_string(given.labels[first:], '.') as domain) as above,
           lateral (select false as is_block from domain_allows where domain_allows.domain = above.domain
                    union all
                    select true from domain_blocks where domain_blocks.domain = above.domain) as word
     order by first, word.is_block limit 1), false)
$$;

-- Kept by the database, so that no way of blocking a domain can forget the actors of it: those whose host or whose handle
-- is below it.
alter table actors add column is_domain_blocked boolean not null default false;
create index actors_domain_blocked on actors (id) where is_domain_blocked;

create function mark_blocked_actors() returns integer language plpgsql as $$
declare
  marked integer;
begin
  with names as materialized (
    select name, is_blocked_domain(name) as is_blocked
      from (select host as name from actors where domain_id is null
            union select handle_domain from actors where domain_id is null) as every
  )
  update actors set is_domain_blocked = not actors.is_domain_blocked
    from names as host, names as handle
   where actors.domain_id is null and host.name = actors.host and handle.name = actors.handle_domain
     and actors.is_domain_blocked <> (host.is_blocked or handle.is_blocked);
  get diagnostics marked = row_count;
  return marked;
end
$$;

-- A word is never changed into a word about another domain.
create function mark_after_words() returns trigger language plpgsql as $$
begin
  if exists (select from changed) then
    perform mark_blocked_actors();
  end if;
  return null;
end
$$;
create trigger domain_blocks_said after insert on domain_blocks referencing new table as changed
  for each statement execute function mark_after_words();
create trigger domain_blocks_taken_back after delete on domain_blocks referencing old table as changed
  for each statement execute function mark_after_words();
create trigger domain_allows_said after insert on domain_allows referencing new table as changed
  for each statement execute function mark_after_words();
create trigger domain_allows_taken_back after delete on domain_allows referencing old table as changed
  for each statement execute function mark_after_words();

create function mark_new_actor() returns trigger language plpgsql as $$
begin
  new.is_domain_blocked := new.domain_id is null and exists (select from domain_blocks)
    and (is_blocked_domain(new.host) or is_blocked_domain(new.handle_domain));
  return new;
end
$$;
create trigger actors_mark before insert or update of host, handle_domain, domain_id on actors
  for each row execute function mark_new_actor();

-- What the deletion of an actor has to find.
create index posts_in_reply_to_author on posts (in_reply_to_author_id) where in_reply_to_author_id is not null;
create index notifications_from on notifications (from_actor_id);
create index actor_notes_about on actor_notes (about_id);
create index outbound_activities_actor on outbound_activities (actor_id);
create index actors_handle_domain on actors (handle_domain) where domain_id is null;

-- Lists of domains that others keep, read daily.
create table block_list_subscriptions (
  id bigint primary key default next_id(),
  url text not null unique,
  -- Of the URL.
  host text not null,
  title text not null default '',
  created_at timestamptz not null default now(),
  -- When it was last read well; what it held then is in force.
  good_at timestamptz,
  tried_at timestamptz,
  -- Why the last reading was not taken over; null where it was.
  problem text,
  -- Entries in force or waiting for the owner's word, and lines that were passed over, by reason.
  entries integer not null default 0,
  passed_over jsonb not null default '{}',
  -- The owner has said that the list may have become much shorter, once.
  may_shrink boolean not null default false,
  state text not null default 'due',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz default now(),
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index block_list_subscriptions_due on block_list_subscriptions (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index block_list_subscriptions_state on block_list_subscriptions (state, state_changed_at);

create table block_list_entries (
  subscription_id bigint not null references block_list_subscriptions (id) on delete cascade,
  domain text not null,
  comment text not null default '',
  primary key (subscription_id, domain)
);
create index block_list_entries_domain on block_list_entries (domain);

-- Complaints: of others about what is written here, and of the owner about others.
create table reports (
  id bigint primary key default next_id(),
  -- Id of the Flag.
  uri text not null unique,
  -- Who complains; null when that actor is known no more. Often the server itself and no person.
  reporter_id bigint references actors (id) on delete set null,
  reporter_host text not null,
  -- About whom.
  target_id bigint not null references actors (id) on delete cascade,
  is_ours boolean not null,
  -- Addresses of the posts it names.
  post_uris text[] not null default '{}',
  comment text not null default '',
  category text not null default 'other' check (category in ('spam', 'legal', 'violation', 'other')),
  rule_ids text[] not null default '{}',
  is_forwarded boolean not null default false,
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  state text not null default 'new',
  state_changed_at timestamptz not null default now(),
  state_next_attempt_at timestamptz,
  state_priority smallint not null default 0 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index reports_due on reports (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index reports_state on reports (state, state_changed_at);
create index reports_target on reports (target_id);
create index reports_reporter on reports (reporter_id) where reporter_id is not null;
create index reports_open on reports (reporter_host) where resolved_at is null and not is_ours;

-- Browsers from which the owner has signed in before: strangers who guess passwords cannot lock them out.
create table known_devices (
  token_hash bytea primary key,
  user_agent text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now()
);
