-- Files of others: what could not be fetched, and what is to be fetched before anybody asks for it.

-- By the name of the item in its cache, which stands for its address.
create table failed_media (
  key text primary key,
  host text not null,
  failures integer not null check (failures > 0),
  reason text not null,
  -- What was answered, such as 404.
  status integer,
  -- Nobody is asked before.
  retry_at timestamptz not null,
  failed_at timestamptz not null
);
create index failed_media_failed_at on failed_media (failed_at);

-- A post that has come into a home timeline and whose pictures are about to be seen. A row lives until they are fetched; it names
-- no post that must exist, so that a post may go at any time.
create table timeline_pictures (
  id bigint primary key,
  state text not null default 'wanted',
  state_changed_at timestamptz not null default now(),
  -- Those that come together are looked at together.
  state_next_attempt_at timestamptz default now() + interval '3 seconds',
  state_priority smallint not null default 1 check (state_priority in (0, 1)),
  state_locked_until timestamptz,
  state_lock_token uuid,
  state_attempts integer not null default 0,
  state_errors integer not null default 0,
  state_deaths integer not null default 0,
  state_error text
);
create index timeline_pictures_due on timeline_pictures (state_priority, state_next_attempt_at)
  where state_next_attempt_at is not null;
create index timeline_pictures_state on timeline_pictures (state, state_changed_at);

-- Items of the caches that nobody is to see any more: a worker has the caches forget them, and the row goes.
create table dropped_media (
  id bigint generated always as identity primary key,
  cache text not null check (cache in ('media', 'avatars')),
  key text not null
);

-- The name of an item in its cache: see server/domain/remote-media/media-shapes.ts.
create function media_item_key(kind text, url text) returns text language sql immutable as $$
  select 'proxy_' || encode(sha256(convert_to(kind || E'\n1\n' || url, 'UTF8')), 'hex')
$$;

-- Kept by the database, so that no way of deleting or blocking somebody can forget their pictures.
create function drop_media_of_attachments() returns trigger language plpgsql as $$
begin
  insert into dropped_media (cache, key)
  select 'media', media_item_key('attachment', remote_url) from gone where remote_url is not null
  union all
  select 'media', media_item_key('preview', remote_preview_url) from gone where remote_preview_url is not null;
  return null;
end
$$;
create trigger attachments_drop_media after delete on attachments
  referencing old table as gone for each statement execute function drop_media_of_attachments();

create function drop_media_of_actor() returns trigger language plpgsql as $$
begin
  insert into dropped_media (cache, key)
  select 'avatars', media_item_key('avatar', old.icon_url) where old.icon_url is not null
  union all
  select 'media', media_item_key('header', old.header_url) where old.header_url is not null
  union all
  select 'media', media_item_key(file.kind, file.url)
    from posts join attachments on attachments.post_id = posts.id,
         lateral (values ('attachment', remote_url), ('preview', remote_preview_url)) as file (kind, url)
   where tg_op = 'UPDATE' and posts.author_id = old.id and file.url is not null;
  return null;
end
$$;
create trigger actors_drop_media after delete on actors
  for each row when (not old.is_local) execute function drop_media_of_actor();
create trigger blocked_actors_drop_media after update of is_domain_blocked on actors
  for each row when (new.is_domain_blocked and not old.is_domain_blocked and not old.is_local)
  execute function drop_media_of_actor();
