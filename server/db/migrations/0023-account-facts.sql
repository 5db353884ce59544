-- Further facts of accounts and relationships.

-- Domains whose pages may name the identity as their author.
alter table actors add column attribution_domains text[] not null default '{}';
-- Their origin says that they are dead.
alter table actors add column is_memorial boolean not null default false;

-- Whom an identity shows on its profile, of those it follows.
create table endorsements (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  target_id bigint not null references actors (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (actor_id, target_id)
);
create index endorsements_target on endorsements (target_id);

-- Kept by the database, so that no way of ending a follow can forget that the endorsement ends with it.
create function end_endorsement() returns trigger language plpgsql as $$
begin
  delete from endorsements where actor_id = old.source_id and target_id = old.target_id;
  return null;
end
$$;
create trigger follows_end_endorsement after update of state on follows
  for each row when (old.state = 'accepted' and new.state not in ('unrequested', 'pending_approval', 'accepting', 'accepted'))
  execute function end_endorsement();
create trigger follows_gone_end_endorsement after delete on follows
  for each row when (old.state = 'accepted') execute function end_endorsement();

-- Whom an identity does not want to be shown as somebody to follow.
create table dismissed_suggestions (
  actor_id bigint not null references actors (id) on delete cascade,
  target_id bigint not null references actors (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (actor_id, target_id)
);
create index dismissed_suggestions_target on dismissed_suggestions (target_id);

-- Who used the home in a week, by an app or, with no identity named, by the window. A token only knows its last use.
create table active_weeks (
  week date not null,
  actor_id bigint references actors (id) on delete cascade,
  unique nulls not distinct (week, actor_id)
);
create index active_weeks_actor on active_weeks (actor_id);

create function note_active_week() returns trigger language plpgsql as $$
begin
  insert into active_weeks (week, actor_id)
  values (date_trunc('week', now(), 'UTC') at time zone 'UTC',
          case when tg_table_name = 'oauth_tokens' then (to_jsonb(new) ->> 'actor_id')::bigint end)
      on conflict do nothing;
  return null;
end
$$;
-- A token of an app itself stands for nobody.
create trigger oauth_tokens_note_week after update of last_used_at on oauth_tokens
  for each row when (new.last_used_at is not null and new.actor_id is not null) execute function note_active_week();
create trigger owner_sessions_note_week after insert or update of last_used_at on owner_sessions
  for each row execute function note_active_week();
