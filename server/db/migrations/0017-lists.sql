-- Lists and followed hashtags.

-- Lists of an identity: some of those whom it follows, read on their own.
create table lists (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  title text not null,
  -- Whose replies are shown: to anybody followed, to members, or none; to themselves and to the identity always.
  replies_policy text not null default 'list' check (replies_policy in ('followed', 'list', 'none')),
  -- What members write is not shown in the home timeline.
  is_exclusive boolean not null default false,
  created_at timestamptz not null default now()
);
create index lists_actor on lists (actor_id, id);

create table list_members (
  list_id bigint not null references lists (id) on delete cascade,
  member_id bigint not null references actors (id) on delete cascade,
  primary key (list_id, member_id)
);
create index list_members_member on list_members (member_id);

-- Posts of members, but for what they write to strangers. Which of these are shown is said when they are read, so that a
-- mute, a change of the list or of a follow holds for what came before it too.
create table list_entries (
  list_id bigint not null,
  post_id bigint not null references posts (id) on delete cascade,
  member_id bigint not null,
  primary key (list_id, post_id),
  foreign key (list_id, member_id) references list_members (list_id, member_id) on delete cascade
);
create index list_entries_post on list_entries (post_id);
create index list_entries_member on list_entries (list_id, member_id);

-- Kept by the database, so that no way of ending a follow can forget that membership ends with it.
create function end_list_membership() returns trigger language plpgsql as $$
begin
  delete from list_members using lists
   where lists.id = list_members.list_id and lists.actor_id = old.source_id and list_members.member_id = old.target_id;
  return null;
end
$$;
create trigger follows_end_membership after update of state on follows
  for each row when (old.state in ('unrequested', 'pending_approval', 'accepting', 'accepted')
                     and new.state not in ('unrequested', 'pending_approval', 'accepting', 'accepted'))
  execute function end_list_membership();
create trigger follows_gone_end_membership after delete on follows
  for each row when (old.state in ('unrequested', 'pending_approval', 'accepting', 'accepted'))
  execute function end_list_membership();

-- Of members of an exclusive list: the identity has the post, but not in its home timeline.
alter table timeline_entries add column is_aside boolean not null default false;

-- Hashtags whose public posts, as far as they come here, are read in the home timeline.
create table followed_hashtags (
  id bigint primary key default next_id(),
  actor_id bigint not null references actors (id) on delete cascade,
  hashtag_id bigint not null references hashtags (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (actor_id, hashtag_id)
);
create index followed_hashtags_actor on followed_hashtags (actor_id, id desc);
create index followed_hashtags_hashtag on followed_hashtags (hashtag_id);

-- By which apps page: names would put what was blocked last anywhere.
alter table domain_blocks add column id bigint not null default next_id();
create unique index domain_blocks_id on domain_blocks (id);

-- Links in posts, but for those to people and hashtags, by address without fragment.
create table post_links (
  link bigint not null,
  post_id bigint not null references posts (id) on delete cascade,
  primary key (link, post_id)
);
create index post_links_post on post_links (post_id);
create index cards_page_url on cards (page_url) where page_url is not null;

-- The same on every machine and in every version, since it is stored.
create function link_key(url text) returns bigint language sql immutable strict parallel safe as $$
  select ('x' || left(md5(split_part(url, '#', 1)), 16))::bit(64)::bigint
$$;

create function links_in(html text) returns setof bigint language sql immutable strict parallel safe as $$
  select distinct link_key(replace(address, '&amp;', '&'))
    from (select substring(tag[1] from 'href="(https?://[^"]+)"') as address
            from regexp_matches(html, '<a ([^>]*)>', 'g') as tag
           where tag[1] !~ 'class="[^"]*(mention|hashtag|u-url)' limit 20) as found
   where address is not null
$$;

-- Kept by the database, so that no way of writing a post can forget it.
create function note_new_links() returns trigger language plpgsql as $$
begin
  insert into post_links (link, post_id)
  select link, added.id from added, links_in(added.content_html) as link where added.content_html like '%<a %';
  return null;
end
$$;
create trigger posts_note_links after insert on posts
  referencing new table as added for each statement execute function note_new_links();

create function note_links_again() returns trigger language plpgsql as $$
begin
  delete from post_links where post_id = new.id;
  insert into post_links (link, post_id) select links_in(new.content_html), new.id;
  return null;
end
$$;
create trigger posts_note_links_again after update of content_html on posts
  for each row when (old.content_html is distinct from new.content_html) execute function note_links_again();
insert into post_links (link, post_id)
select link, posts.id from posts, links_in(posts.content_html) as link where posts.content_html like '%<a %';
