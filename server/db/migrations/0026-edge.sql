-- What the edge in front of the home was measured to do, and how processes that keep ready answers hear of changes.

-- One row per way in from outside. Null: not measured yet. What a measurement finds is believed for a day.
create table edges (
  -- `public` for the listener that tunnels and proxies reach.
  name text primary key,
  caches boolean,
  honours_vary boolean,
  honours_no_store boolean,
  honours_query boolean,
  passes_accept boolean,
  passes_web_socket boolean,
  -- Largest body in bytes that came through.
  max_body bigint check (max_body >= 0),
  measured_at timestamptz,
  -- When something that was purged was last seen to be gone.
  purge_proven_at timestamptz
);

-- Public answers are kept as ready bytes under tags of what they show. The database itself tells of each change, in its
-- transaction, so that no way of changing something can forget it. Payload: a word of this transaction, then the tags.
-- What others count up (likes, boosts, replies, followers) is not told: no answer is kept for longer than a minute.

create function tell_answers(tags text[]) returns void language plpgsql as $$
declare
  told text := array_to_string(tags, ' ');
begin
  if told = '' then
    return;
  end if;
  -- A payload ends at 8000 bytes.
  perform pg_notify('answers', pg_current_xact_id() || ' ' || case when octet_length(told) < 7000 then told else '*' end);
end
$$;

-- A row without what does not show: counts that others move, and what Stator keeps for itself.
create function as_shown(facts jsonb) returns jsonb language sql immutable as $$
  select facts - array[
    'replies_count', 'boosts_count', 'likes_count', 'origin_replies', 'origin_boosts', 'origin_likes', 'boosted_by',
    'replies_link', 'missing_since', 'followers_count', 'following_count', 'posts_count', 'last_post_at', 'fetched_at',
    'state', 'state_changed_at', 'state_next_attempt_at', 'state_priority', 'state_locked_until', 'state_lock_token',
    'state_attempts', 'state_errors', 'state_deaths', 'state_error']
$$;

create function tell_of_post() returns trigger language plpgsql as $$
declare
  post posts := case when tg_op = 'DELETE' then old else new end;
begin
  perform tell_answers(array['post:' || post.id, 'posts-of:' || post.author_id, 'thread:' || post.conversation_id,
                             'post:' || post.in_reply_to_id] || array(
    select 'hashtag:' || hashtags.name from post_hashtags join hashtags on hashtags.id = hashtag_id
     where post_id = post.id));
  return null;
end
$$;
create trigger posts_tell_made after insert on posts for each row
  when (new.is_local and new.visibility in ('public', 'unlisted')) execute function tell_of_post();
create trigger posts_tell_changed after update on posts for each row
  when (new.is_local and (new.visibility in ('public', 'unlisted') or old.visibility in ('public', 'unlisted'))
        and as_shown(to_jsonb(old)) is distinct from as_shown(to_jsonb(new))) execute function tell_of_post();
create trigger posts_tell_gone after delete on posts for each row
  when (old.is_local and old.visibility in ('public', 'unlisted') and old.deleted_at is null)
  execute function tell_of_post();

create function tell_of_hashtags() returns trigger language plpgsql as $$
begin
  perform tell_answers(array(
    select distinct 'hashtag:' || hashtags.name
      from changed join posts on posts.id = changed.post_id and posts.is_local
           join hashtags on hashtags.id = changed.hashtag_id
     where posts.visibility in ('public', 'unlisted')));
  return null;
end
$$;
create trigger post_hashtags_tell_made after insert on post_hashtags referencing new table as changed
  for each statement execute function tell_of_hashtags();
create trigger post_hashtags_tell_gone after delete on post_hashtags referencing old table as changed
  for each statement execute function tell_of_hashtags();

create function tell_of_actor() returns trigger language plpgsql as $$
begin
  perform tell_answers(array['identities', 'actor:' || case when tg_op = 'DELETE' then old.id else new.id end]
                       || case when tg_op = 'UPDATE' then array[]::text[] else array['home'] end);
  return null;
end
$$;
create trigger actors_tell_made after insert on actors for each row
  when (new.is_local) execute function tell_of_actor();
create trigger actors_tell_changed after update on actors for each row
  when (new.is_local and as_shown(to_jsonb(old)) is distinct from as_shown(to_jsonb(new)))
  execute function tell_of_actor();
create trigger actors_tell_gone after delete on actors for each row
  when (old.is_local) execute function tell_of_actor();

create function tell_of_key() returns trigger language plpgsql as $$
begin
  perform tell_answers(array['actor:' || case when tg_op = 'DELETE' then old.actor_id else new.actor_id end]);
  return null;
end
$$;
-- Only own keys have a private half here.
create trigger actor_keys_tell_made after insert or update on actor_keys for each row
  when (new.private_key_pem is not null) execute function tell_of_key();
create trigger actor_keys_tell_gone after delete on actor_keys for each row
  when (old.private_key_pem is not null) execute function tell_of_key();

-- What an identity shows of itself beside its own row.
create function tell_of_pin() returns trigger language plpgsql as $$
begin
  perform tell_answers(array(select 'posts-of:' || id from actors
                              where id = case when tg_op = 'DELETE' then old.actor_id else new.actor_id end and is_local));
  return null;
end
$$;
create trigger pins_tell after insert or delete on pins for each row execute function tell_of_pin();

create function tell_of_featured_hashtag() returns trigger language plpgsql as $$
begin
  perform tell_answers(array(select 'actor:' || id from actors
                              where id = case when tg_op = 'DELETE' then old.actor_id else new.actor_id end and is_local));
  return null;
end
$$;
create trigger featured_hashtags_tell after insert or delete or update on featured_hashtags for each row
  execute function tell_of_featured_hashtag();

create function tell_of_follow() returns trigger language plpgsql as $$
declare
  follow follows := case when tg_op = 'DELETE' then old else new end;
begin
  perform tell_answers(array(select 'follows-of:' || id from actors
                              where id in (follow.source_id, follow.target_id) and is_local));
  return null;
end
$$;
create trigger follows_tell_made after insert or delete on follows for each row execute function tell_of_follow();
create trigger follows_tell_changed after update of state on follows for each row
  when (old.state is distinct from new.state) execute function tell_of_follow();

-- Between whom and an identity there is a block is not shown on its pages.
create function tell_of_block() returns trigger language plpgsql as $$
declare
  block blocks := case when tg_op = 'DELETE' then old else new end;
begin
  perform tell_answers(array(select 'blocks-of:' || id from actors
                              where id in (block.source_id, block.target_id) and is_local));
  return null;
end
$$;
create trigger blocks_tell_made after insert on blocks for each row
  when (not new.is_mute) execute function tell_of_block();
create trigger blocks_tell_gone after delete on blocks for each row
  when (not old.is_mute) execute function tell_of_block();
create trigger blocks_tell_changed after update of state on blocks for each row
  when (not new.is_mute and old.state is distinct from new.state) execute function tell_of_block();

-- An own post shows what it quotes as far as that is approved.
create function tell_of_quote() returns trigger language plpgsql as $$
begin
  perform tell_answers(array(select unnest(array['post:' || id, 'posts-of:' || author_id, 'thread:' || conversation_id])
                               from posts
                              where id = case when tg_op = 'DELETE' then old.post_id else new.post_id end and is_local));
  return null;
end
$$;
create trigger quotes_tell_made after insert or delete on quotes for each row execute function tell_of_quote();
create trigger quotes_tell_changed after update on quotes for each row
  when (row(old.approval, old.quoted_id, old.authorization_uri)
        is distinct from row(new.approval, new.quoted_id, new.authorization_uri)) execute function tell_of_quote();

create function tell_of_stamp() returns trigger language plpgsql as $$
begin
  perform tell_answers(array['post:' || case when tg_op = 'DELETE' then old.quoted_id else new.quoted_id end]);
  return null;
end
$$;
create trigger quote_authorizations_tell_made after insert or delete on quote_authorizations for each row
  execute function tell_of_stamp();
create trigger quote_authorizations_tell_changed after update of state on quote_authorizations for each row
  when (old.state is distinct from new.state) execute function tell_of_stamp();

-- Votes are others' to cast; an own poll that ends is ours.
create function tell_of_poll() returns trigger language plpgsql as $$
begin
  perform tell_answers(array(select unnest(array['post:' || id, 'posts-of:' || author_id, 'thread:' || conversation_id])
                               from posts where id = new.id));
  return null;
end
$$;
create trigger polls_tell after update of closed_at on polls for each row
  when (new.is_local and old.closed_at is distinct from new.closed_at) execute function tell_of_poll();

create function tell_of_home() returns trigger language plpgsql as $$
begin
  perform tell_answers(array['home']);
  return null;
end
$$;
create trigger home_settings_tell after insert or update or delete on home_settings
  for each statement execute function tell_of_home();
