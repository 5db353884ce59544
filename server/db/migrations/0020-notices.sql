-- Groups of notifications, the policy for those of strangers and who waits by it, severed relationships, conversations.

-- Ids of notifications are multiples of 1,000: one of them travels to apps as a JSON number (`most_recent_notification_id`), and
-- with fifteen significant digits every reader gets it exactly, those too that know floating point only. Otherwise as
-- `next_id`, with which they are in one order.
create sequence notification_ids as bigint minvalue 1000 increment by 1000;

create function next_notification_id() returns bigint language plpgsql volatile as $$
declare
  present bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint << 16;
  candidate bigint := nextval('notification_ids');
begin
  if candidate >= present then
    return candidate;
  end if;
  perform pg_advisory_lock(7203160);
  begin
    if (select last_value from notification_ids) < present then
      perform setval('notification_ids', (present / 1000 + 1) * 1000);
    end if;
  exception when others or query_canceled then
    perform pg_advisory_unlock(7203160);
    raise;
  end;
  perform pg_advisory_unlock(7203160);
  return nextval('notification_ids');
end
$$;

-- What ended follows of an identity without its doing.
create table severances (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  kind text not null check (kind in ('domain_block', 'user_domain_block', 'account_suspension')),
  -- The domain, or name@domain.
  target text not null,
  followers_count integer not null,
  following_count integer not null,
  -- Whoever it was is not kept here any more.
  is_purged boolean not null default false,
  created_at timestamptz not null default now()
);
create index severances_actor on severances (actor_id);

alter table notifications
  alter column id set default next_notification_id(),
  -- Of likes, boosts and follows: those with the same key are shown as one. Null for what stands for itself.
  add column group_key text,
  -- By the policy: waits until the owner has accepted whom it is from.
  add column is_filtered boolean not null default false,
  add column report_id bigint references reports (id) on delete cascade,
  add column severance_id bigint references severances (id) on delete cascade;
create index notifications_report on notifications (report_id) where report_id is not null;
create index notifications_severance on notifications (severance_id) where severance_id is not null;

-- What was put away is not told again either.
drop index notifications_once;
create unique index notifications_once
  on notifications (actor_id, kind, from_actor_id, post_id, interaction_id, report_id, severance_id)
  nulls not distinct where kind not in ('update', 'quoted_update');

create index notifications_kind on notifications (actor_id, kind, id desc) where dismissed_at is null;
create index notifications_group on notifications (actor_id, group_key, id desc) where group_key is not null;
create index notifications_filtered on notifications (actor_id, from_actor_id, id desc) where is_filtered and dismissed_at is null;
-- The latest of a kind about one post is asked for each new like.
drop index notifications_post;
create index notifications_post on notifications (post_id, kind, id desc) where post_id is not null;
drop index notifications_from;
create index notifications_from on notifications (from_actor_id, actor_id, id desc);

-- Without a row everybody's notifications are shown.
create table notification_policies (
  actor_id bigint primary key references actors (id) on delete cascade,
  for_not_following text not null default 'accept' check (for_not_following in ('accept', 'filter', 'drop')),
  for_not_followers text not null default 'accept' check (for_not_followers in ('accept', 'filter', 'drop')),
  for_new_accounts text not null default 'accept' check (for_new_accounts in ('accept', 'filter', 'drop')),
  for_private_mentions text not null default 'accept' check (for_private_mentions in ('accept', 'filter', 'drop')),
  -- A home limits nobody; it is kept for the apps that show it.
  for_limited_accounts text not null default 'accept' check (for_limited_accounts in ('accept', 'filter', 'drop'))
);

-- Whom the owner has accepted: no policy applies to them.
create table notification_permissions (
  actor_id bigint not null references actors (id) on delete cascade,
  from_actor_id bigint not null references actors (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (actor_id, from_actor_id)
);
create index notification_permissions_from on notification_permissions (from_actor_id);

-- Whoever has filtered notifications, until the owner accepts or dismisses them.
create table notification_requests (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  from_actor_id bigint not null references actors (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (actor_id, from_actor_id)
);
create index notification_requests_page on notification_requests (actor_id, id desc);
create index notification_requests_from on notification_requests (from_actor_id);

-- Private posts of one thread among the same people, as one identity reads them.
create table conversations (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  -- The thread, as posts name it.
  thread_id bigint not null,
  -- The others, in order; they may be gone.
  participant_ids bigint[] not null,
  -- Digest of the participants: an index holds no long lists.
  participants_key text not null,
  -- Kept by the database.
  last_post_id bigint,
  is_unread boolean not null default false,
  unique (actor_id, thread_id, participants_key)
);
create index conversations_page on conversations (actor_id, last_post_id desc) where last_post_id is not null;
create index conversations_thread on conversations (thread_id);

create table conversation_posts (
  conversation_id bigint not null references conversations (id) on delete cascade,
  post_id bigint not null references posts (id) on delete cascade,
  primary key (conversation_id, post_id)
);
create index conversation_posts_post on conversation_posts (post_id);

-- However a post goes, the one before it is the last again.
create function forget_last_post() returns trigger language plpgsql as $$
begin
  update conversations
     set last_post_id = (select max(post_id) from conversation_posts where conversation_id = old.conversation_id)
   where id = old.conversation_id and last_post_id = old.post_id;
  return null;
end
$$;
create trigger conversation_posts_gone after delete on conversation_posts
  for each row execute function forget_last_post();
