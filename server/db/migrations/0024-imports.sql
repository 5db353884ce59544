-- Lists that are brought along from elsewhere: follows, blocks, mutes, domains, bookmarks, lists, filters.

-- One for each file.
create table imports (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  kind text not null check (kind in ('following', 'blocks', 'mutes', 'domain_blocks', 'bookmarks', 'lists', 'filters')),
  -- What the identity has and the file does not name is taken away.
  overwrites boolean not null,
  -- SHA-256 of the file in hex: the same file twice at once is one import.
  digest text not null,
  -- Counts of its entries, kept with them.
  entries integer not null default 0,
  -- Not looked at yet.
  unseen integer not null default 0,
  done integer not null default 0,
  failed integer not null default 0,
  -- Lines that say what another line says.
  repeated integer not null default 0,
  -- What was taken away, and since when there is nothing more of it.
  removed integer not null default 0,
  cleared_at timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  state text not null default 'working',
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
create index imports_due on imports (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index imports_state on imports (state, state_changed_at);
create index imports_actor on imports (actor_id, id desc);

-- One for each line that says something.
create table import_entries (
  id bigint primary key default next_id(),
  import_id bigint not null references imports (id) on delete cascade,
  -- Of the file, from 1.
  line integer not null,
  -- As it is compared: a handle, a domain, an address, the title of a filter.
  subject text not null,
  -- The server that knows it; null where none is asked.
  server text,
  -- The same once it has to be asked: bounds how many lines ask it at once.
  host text,
  -- What the line says besides: see `ImportFacts`.
  facts jsonb not null default '{}',
  -- The actor or the post that it was found to mean; not bound to its row, which may go.
  target_id bigint,
  -- False for a line that says nothing that could be tried.
  is_good boolean not null,
  is_seen boolean not null default false,
  outcome text check (outcome in ('done', 'failed')),
  reason text,
  state text not null default 'new',
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
create index import_entries_due on import_entries (state_priority, state_next_attempt_at) where state_next_attempt_at is not null;
create index import_entries_state on import_entries (state, state_changed_at);
create index import_entries_import on import_entries (import_id, line);
create index import_entries_subject on import_entries (import_id, lower(subject));
create index import_entries_target on import_entries (import_id, target_id) where target_id is not null;

-- Whether a post with a hashtag has files: of a large hashtag those with files may be far apart. Kept by the database, so
-- that no way of adding or removing a file can forget it.
alter table post_hashtags add column has_media boolean not null default false;
update post_hashtags set has_media = true
 where exists (select from attachments where attachments.post_id = post_hashtags.post_id);
create index post_hashtags_media on post_hashtags (hashtag_id, post_id desc) where has_media;

create function look_for_media() returns trigger language plpgsql as $$
begin
  new.has_media := exists (select from attachments where attachments.post_id = new.post_id);
  return new;
end
$$;
create trigger post_hashtags_look_for_media before insert on post_hashtags
  for each row execute function look_for_media();

create function tell_hashtags_of_media() returns trigger language plpgsql as $$
begin
  update post_hashtags set has_media = true
    from changed where post_hashtags.post_id = changed.post_id and not post_hashtags.has_media;
  return null;
end
$$;
create trigger attachments_tell_hashtags after insert on attachments referencing new table as changed
  for each statement execute function tell_hashtags_of_media();

create function move_media_of_hashtags() returns trigger language plpgsql as $$
begin
  update post_hashtags
     set has_media = exists (select from attachments where attachments.post_id = post_hashtags.post_id)
   where post_id in (old.post_id, new.post_id);
  return null;
end
$$;
create trigger attachments_moved after update of post_id on attachments
  for each row when (old.post_id is distinct from new.post_id) execute function move_media_of_hashtags();

create function end_media_of_hashtags() returns trigger language plpgsql as $$
begin
  update post_hashtags set has_media = false
   where post_id = old.post_id and has_media
     and not exists (select from attachments where attachments.post_id = old.post_id);
  return null;
end
$$;
create trigger attachments_gone after delete on attachments
  for each row when (old.post_id is not null) execute function end_media_of_hashtags();
