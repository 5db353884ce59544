-- Caches in front of the home are told what has changed here: one row for each change, made in its transaction.

-- One row at most: what stands in front, as the settings of the running home have it. Without a row nothing is queued.
create table purge_target (
  id smallint primary key default 1 check (id = 1),
  -- As in HOMEBIRD_CDN.
  kind text not null,
  since timestamptz not null default now(),
  -- Since when it has not done what it was told; null while it does.
  failing_since timestamptz,
  last_error text,
  last_purged_at timestamptz
);

create table purges (
  id bigint primary key default next_id(),
  -- What changed: a post or an actor of this home, the home itself, or nothing but the addresses in `urls`.
  subject text not null check (subject in ('post', 'actor', 'home', 'urls')),
  subject_id bigint,
  -- Addresses beside those that follow from the subject.
  urls text[] not null default '{}',
  -- For the journal: what was done.
  reason text not null,
  -- Deliveries about this wait until the caches have answered, for a moment.
  object_uri text,
  created_at timestamptz not null default now(),
  -- When the caches had done it for the first time.
  answered_at timestamptz,
  state text not null default 'new',
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
create index purges_due on purges (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index purges_state on purges (state, state_changed_at);
create index purges_subject on purges (subject_id, reason) where state = 'new';
create index purges_object on purges (object_uri) where object_uri is not null and answered_at is null;

-- The purge that the deliveries of an activity wait for.
alter table outbound_activities add column purge_id bigint;
create index outbound_activities_purge on outbound_activities (purge_id) where purge_id is not null;

-- Whatever way a change takes into the tables, the caches are told: nobody has to think of it.
create function queue_purge(subject text, subject_id bigint, reason text, object_uri text) returns void
language plpgsql as $$
begin
  insert into purges (subject, subject_id, reason, object_uri)
  select queue_purge.subject, queue_purge.subject_id, queue_purge.reason, queue_purge.object_uri
   where exists (select from purge_target)
     -- One for each transaction: `now()` is when it began.
     and not exists (select from purges as same
                      where same.subject_id = queue_purge.subject_id and same.reason = queue_purge.reason
                        and same.state = 'new' and same.created_at = now());
  if found then perform pg_notify('stator', 'purges'); end if;
end $$;

-- Counts move often and are no news: they are told together, later, and not again while they wait.
create function queue_slow_purge(subject text, subject_id bigint, reason text) returns void language plpgsql as $$
begin
  insert into purges (subject, subject_id, reason, state_priority, state_next_attempt_at)
  select queue_slow_purge.subject, queue_slow_purge.subject_id, queue_slow_purge.reason, 1, now() + interval '30 seconds'
   where exists (select from purge_target)
     and not exists (select from purges as waiting
                      where waiting.subject_id = queue_slow_purge.subject_id
                        and waiting.reason = queue_slow_purge.reason and waiting.state = 'new'
                        and waiting.state_attempts = 0
                        and waiting.state_next_attempt_at > now() + interval '5 seconds');
  if found then perform pg_notify('stator', 'purges'); end if;
end $$;

create function purge_post() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform queue_purge('post', new.id, 'written', null);
  elsif new.state is distinct from old.state and new.state = 'deleted' then
    perform queue_purge('post', new.id, 'deleted', new.uri);
  else
    perform queue_purge('post', new.id, 'edited', new.uri);
  end if;
  return null;
end $$;
-- The state is moved by whoever changes what the post says; it is moved again, to the same, by a second edit.
create trigger posts_written_purge after insert on posts
  for each row when (new.is_local) execute function purge_post();
create trigger posts_changed_purge after update of state, visibility on posts
  for each row when (
    new.is_local and (new.visibility <> old.visibility
      or (new.state in ('edited', 'deleted') and new.state_changed_at is distinct from old.state_changed_at)
      or (new.state = 'new' and old.state = 'new' and new.state_changed_at is distinct from old.state_changed_at)))
  execute function purge_post();

create function purge_counts() returns trigger language plpgsql as $$
begin
  perform queue_slow_purge('post', new.id, 'counted');
  return null;
end $$;
create trigger posts_counted_purge after update of replies_count, likes_count, boosts_count on posts
  for each row when (
    new.is_local and (new.replies_count, new.likes_count, new.boosts_count)
                     is distinct from (old.replies_count, old.likes_count, old.boosts_count))
  execute function purge_counts();

-- What others see of an actor.
create function shown_of(actor actors) returns jsonb language sql stable as $$
  select to_jsonb(actor) - '{state,state_changed_at,state_next_attempt_at,state_priority,state_locked_until,
    state_lock_token,state_attempts,state_errors,state_deaths,state_error,fetched_at,default_visibility,
    default_sensitive,default_language,default_quote_policy,keeps_blocks_private,followers_count,following_count,
    posts_count,origin_posts_count,last_post_at}'::text[]
$$;

create function purge_actor() returns trigger language plpgsql as $$
begin
  if new.gone_at is not null and old.gone_at is null then
    perform queue_purge('actor', new.id, 'deleted', new.uri);
  elsif new.moved_to_uri is distinct from old.moved_to_uri then
    perform queue_purge('actor', new.id, 'moved', new.uri);
  elsif shown_of(new) is distinct from shown_of(old)
     or (new.state in ('edited', 'moved') and new.state_changed_at is distinct from old.state_changed_at) then
    perform queue_purge('actor', new.id, 'edited', new.uri);
  elsif (new.followers_count, new.following_count, new.posts_count)
        is distinct from (old.followers_count, old.following_count, old.posts_count) then
    perform queue_slow_purge('actor', new.id, 'counted');
  end if;
  return null;
end $$;
create trigger actors_changed_purge after update on actors
  for each row when (new.domain_id is not null) execute function purge_actor();

create function purge_keys() returns trigger language plpgsql as $$
begin
  perform queue_purge('actor', actors.id, 'keys', actors.uri) from actors
   where actors.id = coalesce(new.actor_id, old.actor_id) and actors.domain_id is not null;
  return null;
end $$;
create trigger actor_keys_made_purge after insert on actor_keys
  for each row when (new.private_key_pem is not null) execute function purge_keys();
create trigger actor_keys_changed_purge after update or delete on actor_keys
  for each row when (old.private_key_pem is not null) execute function purge_keys();

create function purge_featured() returns trigger language plpgsql as $$
begin
  perform queue_purge('actor', actors.id, 'featured', null) from actors
   where actors.id = coalesce(new.actor_id, old.actor_id) and actors.domain_id is not null;
  return null;
end $$;
create trigger pins_purge after insert or delete on pins for each row execute function purge_featured();
create trigger featured_hashtags_purge after insert or update or delete on featured_hashtags
  for each row execute function purge_featured();

-- What was given out and is taken back.
create function purge_revoked() returns trigger language plpgsql as $$
begin
  insert into purges (subject, urls, reason) select 'urls', array[old.uri], 'revoked'
   where exists (select from purge_target);
  if found then perform pg_notify('stator', 'purges'); end if;
  return null;
end $$;
create trigger quote_authorizations_revoked_purge after update of state on quote_authorizations
  for each row when (old.state = 'given' and new.state <> 'given') execute function purge_revoked();
create trigger quote_authorizations_deleted_purge after delete on quote_authorizations
  for each row when (old.state = 'given') execute function purge_revoked();

-- A poll of the home has ended: its object says so before anybody edits it.
create function purge_poll() returns trigger language plpgsql as $$
begin
  perform queue_purge('post', posts.id, 'closed', posts.uri) from posts where posts.id = new.id and posts.is_local;
  return null;
end $$;
create trigger polls_closed_purge after update of closed_at on polls
  for each row when (new.is_local and new.closed_at is distinct from old.closed_at) execute function purge_poll();

-- Who is blocked follows no longer and is seen below no post.
create function purge_block() returns trigger language plpgsql as $$
begin
  perform queue_purge('actor', actors.id, 'blocked', null) from actors
   where actors.id = new.source_id and actors.domain_id is not null;
  return null;
end $$;
create trigger blocks_made_purge after insert on blocks
  for each row when (not new.is_mute) execute function purge_block();
create trigger blocks_undone_purge after update of state on blocks
  for each row when (not new.is_mute and new.state = 'undone' and old.state <> 'undone') execute function purge_block();

-- What the home says about itself, and whether strangers may read here at all.
create function purge_home() returns trigger language plpgsql as $$
begin
  if coalesce(new.key, old.key) in ('authorized_fetch', 'home_texts', 'crawlers') then
    perform queue_purge('home', null, coalesce(new.key, old.key), null);
  end if;
  return null;
end $$;
create trigger home_settings_purge after insert or update or delete on home_settings
  for each row execute function purge_home();
