-- Full-text search: what every post is found by, one index for words and facts.

-- Days, weeks, seasons and eras are pieces of time of 2^26, 2^29, 2^32 and 2^35 ms (19 hours, 6 days, 50 days, 1.1 years),
-- each eight times the one before: a post's are part of what it is found by, so that the index itself can be asked for
-- one piece of time only. Ids of posts hold milliseconds in their upper 48 bits.
create function time_pieces(id bigint) returns tsvector language sql immutable parallel safe as $$
  select array_to_tsvector(array['~d' || (id >> 42), '~w' || (id >> 45), '~s' || (id >> 48), '~e' || (id >> 51)])
$$;

-- A table of its own: counts of a post change often, what it is found by hardly ever. Boosts have none.
create table post_words (
  post_id bigint primary key references posts (id) on delete cascade,
  words tsvector not null
);
-- What is new waits in a list and is merged into the index many posts at a time, by the worker before the list is full: that
-- costs a fraction, and nothing while posts come in. Every search reads the list, so it is to stay small (in kB).
create index post_words_words on post_words using gin (words) with (fastupdate = on, gin_pending_list_limit = 1024);
-- Own posts stay a day after they were deleted; they are found no more.
create function forget_words() returns trigger language plpgsql as $$
begin
  delete from post_words where post_id = new.id;
  return null;
end
$$;
create trigger posts_forget_words after update of deleted_at on posts
  for each row when (new.deleted_at is not null) execute function forget_words();

-- Posts whose words are to be written (again), by and by: those that were here before the index, and those of a card that
-- many share.
create table search_backlog (
  post_id bigint primary key references posts (id) on delete cascade
);
insert into search_backlog select id from posts where boost_of_id is null and deleted_at is null;
